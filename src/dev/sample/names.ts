export const FIRST_NAMES =
  `Ada Aisha Alan Alice Amara Amir Ana Anders Anika Antonio Asha Astrid Ava Beatriz Ben Bianca Bruno Camila Carlos Carmen Cedric
Chen Clara Daniel Daria Dario David Diego Dina Edith Elena Elias Ella Emil Emma Erik Esther Eva Fatima Felix Fiona Florian Freya Gabriel Grace Hana
Hannah Hassan Hugo Ida Ines Irene Isaac Ivan Jack Jada James Jan Jasmin Joan Jonas Jorge Julia Jun Karim Karin Kate Keiko Kofi Lars Laura Layla Leo
Lina Linus Lucia Luis Maja Malik Marco Maria Marta Mateo Maya Mei Mia Milan Mina Mira Nadia Naomi Nils Nina Noah Nora Olga Oliver Omar Oscar Paula
Pedro Petra Priya Rafael Rania Ravi Rosa Ruben Ruth Sami Sara Selma Simon Sofia Sven Tara Teo Theo Tomas Uma Vera Victor Wanda Wei Yara Yusuf Zoe`
    .split(/\s+/)
    .sort()

export const LAST_NAMES =
  `Abara Adams Ahmed Almeida Alvarez Andersen Bailey Baker Barros Becker Bell Bennett Berg Bianchi Brandt Brooks Carter Castro Chan
Chen Clark Cohen Cole Costa Cruz Dahl Das Davies Diaz Dubois Duran Edwards Ellis Evans Farah Fischer Flores Fontaine Foster Garcia Ghosh Gomez Gray
Green Gupta Hale Hansen Hart Hayes Herrera Hill Holm Hughes Hunt Ibrahim Ito Jackson Jansen Johansson Jones Kaya Keller Kelly Khan Kim King Klein
Kowalski Kumar Lang Larsen Lee Lewis Lima Lindgren Lopez Lund Mahmoud Marino Martin Mbeki Mendes Meyer Mills Moreau Morgan Murphy Nakamura Ng Nguyen
Novak Nowak Okafor Olsen Ortiz Osei Owens Park Patel Perez Petrov Phillips Price Quinn Ramos Reed Reyes Ricci Rivera Roberts Romero Rossi Roy Russo
Sato Schmidt Scott Sharma Shaw Silva Singh Smith Sousa Stein Suzuki Tanaka Taylor Thomas Torres Turner Vargas Vega Vogel Walker Wang Ward Weber West
White Wilson Wolf Wong Wright Yamada Yang Yilmaz Young Zhang`
    .split(/\s+/)
    .sort()

/** North American area codes with their zones: numbers 555-0100 to 555-0199 of each are kept for fiction. */
export const AREAS: readonly (readonly [code: string, zone: string])[] = [
  [
    'America/New_York',
    '201 202 212 215 216 305 313 404 407 412 516 518 610 617 646 704 717 718 757 803 813 843 904 914 917 919 954',
  ],
  ['America/Chicago', '205 214 312 314 414 405 402 504 512 515 601 608 612 615 630 713 773 816 847 901 913 918 972'],
  ['America/Denver', '303 307 385 406 505 575 719 720 801 970'],
  ['America/Phoenix', '480 520 602 623 928'],
  [
    'America/Los_Angeles',
    '206 209 213 253 310 323 360 408 415 503 509 510 530 541 562 619 626 650 702 707 714 760 775 805 818 831 858 909 916 925 949 971',
  ],
  ['America/Anchorage', '907'],
  ['Pacific/Honolulu', '808'],
].flatMap(([zone = '', codes = '']) => codes.split(' ').map((code) => [code, zone] as const))
