select settings -> 'sourceLabels' as labels from space where id = $1
