// Sends what test/clients/client.ts says, with Segment's own library: main URL WRITE_KEY CALLS PEOPLE PER_BATCH LABEL
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	analytics "github.com/segmentio/analytics-go/v3"
)

type told struct{ done, failed atomic.Int64 }

func (t *told) Success(analytics.Message)        { t.done.Add(1) }
func (t *told) Failure(analytics.Message, error) { t.failed.Add(1) }

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return n
}

func main() {
	url, writeKey, calls, people, perBatch, label := os.Args[1], os.Args[2], number(os.Args[3]), number(os.Args[4]), number(os.Args[5]), os.Args[6]
	heard := &told{}
	client, err := analytics.NewWithConfig(writeKey, analytics.Config{Endpoint: url, BatchSize: perBatch, Interval: 100 * time.Millisecond, Callback: heard})
	if err != nil {
		panic(err)
	}
	for n := 0; n < calls; n++ {
		err := client.Enqueue(analytics.Track{
			UserId:     fmt.Sprintf("%s %d", label, n%people),
			Event:      "Client Call",
			Properties: analytics.NewProperties().Set("n", n).Set("by", label),
		})
		if err != nil {
			panic(err)
		}
	}
	// Closing drops what is being tried again, so it is waited for.
	for heard.done.Load()+heard.failed.Load() < int64(calls) {
		time.Sleep(10 * time.Millisecond)
	}
	client.Close()
	if heard.failed.Load() > 0 {
		fmt.Fprintf(os.Stderr, "the library gave up %d calls\n", heard.failed.Load())
		os.Exit(1)
	}
}
