/**
 * What the locales differ in, one row each. The values are those of the Unicode CLDR as Node's ICU prints them; the
 * tests compare every row with it. Lists are joined with `|`, so that a row is a few texts and not a thousand objects in
 * each guest's memory; what is needed is split when a formatter is made.
 */

/**
 * Patterns of dates and times: `E` weekday, `y` year, `M` month, `d` day, `h` hour, `m` minute, `s` second, `a` half of
 * the day, `z` time zone; a letter that stands twice has two digits at least, three times the short name, four times the
 * long one; `c` and `L` are weekday and month as they stand alone. Other letters are in quotes.
 * In patterns of numbers `#` is the number and `¤` the currency. `one,other` are two forms of a plural.
 */
export interface LocaleRow {
  readonly decimal: string;
  readonly group: string;
  /** Digits before the first group sign that make it worth to group at all. */
  readonly minimumGrouping: number;
  readonly percent: string;
  readonly currency: string;
  readonly negativeAccounting: string;
  /** `code,symbol,narrow symbol,one,other`; an empty symbol is the code. */
  readonly currencies: string;
  /** For 10^3 to 10^14: zeros after the shown digit, then the text behind the number; empty where numbers stay whole. */
  readonly compactShort: string;
  readonly compactLong: string;
  /** The text behind the number, in the order of `UNITS`. */
  readonly unitsShort: string;
  readonly unitsNarrow: string;
  readonly unitsLong: string;
  readonly months: string;
  readonly monthsShort: string;
  readonly monthsShortAlone: string;
  readonly monthsNarrow: string;
  readonly weekdays: string;
  readonly weekdaysShort: string;
  readonly weekdaysShortAlone: string;
  readonly weekdaysNarrow: string;
  readonly periods: string;
  /** `before,after` in narrow, short and long. */
  readonly eras: string;
  /** Without and with: weekday; of these without and with year; of these no, numeric, short, long month; day last. */
  readonly dates: string;
  /** Month and day, and year and month, where digits of two are asked for; empty where each field is as it was asked. */
  readonly twoDigits: string;
  /** `h`, `hm`, `hms`, and the same with a zone, for 12 hours; then for 24. */
  readonly times: string;
  /** Short, medium, long, full. */
  readonly dateStyles: string;
  readonly timeStyles: string;
  /** Between date and time: date with numeric, short, long month, long month and weekday, weekday alone. */
  readonly glue: string;
  readonly styleGlue: string;
  /** UTC: short, long name; the offsets' letters; the sign of minus; UTC as an offset, and its long name then. */
  readonly zones: string;
  /** Second to year: `past one, past other, future one, future other, words for -2 to 2`; empty is the form before. */
  readonly relativeLong: string;
  readonly relativeShort: string;
  readonly relativeNarrow: string;
  /** Conjunction, disjunction, unit, each long, short, narrow: between two, inside, before the last. `;` is a comma. */
  readonly list: string;
}

/** The sanctioned units of ECMA-402, and the compound ones that are common. */
export const UNITS =
  "acre bit byte celsius centimeter day degree fahrenheit fluid-ounce foot gallon gigabit gigabyte gram hectare hour inch kilobit kilobyte kilogram kilometer liter megabit megabyte meter microsecond mile mile-scandinavian milliliter millimeter millisecond minute month nanosecond ounce percent petabyte pound second stone terabit terabyte week yard year kilometer-per-hour mile-per-hour meter-per-second mile-per-gallon liter-per-kilometer byte-per-second kilobyte-per-second megabyte-per-second gigabyte-per-second megabit-per-second";

const EN_US: LocaleRow = {
  decimal: ".",
  group: ",",
  minimumGrouping: 1,
  percent: "#%",
  currency: "\u00a4#",
  negativeAccounting: "(\u00a4#)",
  currencies:
    "USD,$,$,US dollar,US dollars|EUR,€,€,euro,euros|GBP,£,£,British pound,British pounds|JPY,¥,¥,Japanese yen,Japanese yen|CNY,CN¥,¥,Chinese yuan,Chinese yuan|INR,₹,₹,Indian rupee,Indian rupees|KRW,₩,₩,South Korean won,South Korean won|BRL,R$,R$,Brazilian real,Brazilian reals|CAD,CA$,$,Canadian dollar,Canadian dollars|AUD,A$,$,Australian dollar,Australian dollars|MXN,MX$,$,Mexican peso,Mexican pesos|CHF,,,Swiss franc,Swiss francs|SEK,,kr,Swedish krona,Swedish kronor|NOK,,kr,Norwegian krone,Norwegian kroner|DKK,,kr,Danish krone,Danish kroner|PLN,,zł,Polish zloty,Polish zlotys|CZK,,Kč,Czech koruna,Czech korunas|HUF,,Ft,Hungarian forint,Hungarian forints|TRY,,₺,Turkish lira,Turkish Lira|RUB,,₽,Russian ruble,Russian rubles|UAH,,₴,Ukrainian hryvnia,Ukrainian hryvnias|ILS,₪,₪,Israeli new shekel,Israeli new shekels|THB,,฿,Thai baht,Thai baht|VND,₫,₫,Vietnamese dong,Vietnamese dong|PHP,\u20b1,\u20b1,Philippine peso,Philippine pesos|IDR,,Rp,Indonesian rupiah,Indonesian rupiahs|NZD,NZ$,$,New Zealand dollar,New Zealand dollars|HKD,HK$,$,Hong Kong dollar,Hong Kong dollars|TWD,NT$,$,New Taiwan dollar,New Taiwan dollars|SGD,,$,Singapore dollar,Singapore dollars|ZAR,,R,South African rand,South African rand|ARS,,$,Argentine peso,Argentine pesos",
  compactShort: "0,K|1,K|2,K|0,M|1,M|2,M|0,B|1,B|2,B|0,T|1,T|2,T",
  compactLong:
    "0, thousand|1, thousand|2, thousand|0, million|1, million|2, million|0, billion|1, billion|2, billion|0, trillion|1, trillion|2, trillion",
  unitsShort:
    " ac| bit| byte|°C| cm| day, days| deg|°F| fl oz| ft| gal| Gb| GB| g| ha| hr| in| kb| kB| kg| km| L| Mb| MB| m| μs| mi| smi| mL| mm| ms| min| mth, mths| ns| oz|%| PB| lb| sec| st| Tb| TB| wk, wks| yd| yr, yrs| km/h| mph| m/s| mpg| L/km| byte/s| kB/s| MB/s| GB/s| Mb/s",
  unitsNarrow:
    "ac|bit|B|°C|cm|d|°|°|fl oz|′|gal|Gb|GB|g|ha|h|″|kb|kB|kg|km|L|Mb|MB|m|μs|mi|smi|mL|mm|ms|m|m|ns|oz|%|PB|#|s|st|Tb|TB|w|yd|y|km/h|mph|m/s|mpg|L/km|B/s|kB/s|MB/s|GB/s|Mb/s",
  unitsLong:
    " acre, acres| bit, bits| byte, bytes| degree Celsius, degrees Celsius| centimeter, centimeters| day, days| degree, degrees| degree Fahrenheit, degrees Fahrenheit| fluid ounce, fluid ounces| foot, feet| gallon, gallons| gigabit, gigabits| gigabyte, gigabytes| gram, grams| hectare, hectares| hour, hours| inch, inches| kilobit, kilobits| kilobyte, kilobytes| kilogram, kilograms| kilometer, kilometers| liter, liters| megabit, megabits| megabyte, megabytes| meter, meters| microsecond, microseconds| mile, miles| mile-scandinavian, miles-scandinavian| milliliter, milliliters| millimeter, millimeters| millisecond, milliseconds| minute, minutes| month, months| nanosecond, nanoseconds| ounce, ounces| percent| petabyte, petabytes| pound, pounds| second, seconds| stone, stones| terabit, terabits| terabyte, terabytes| week, weeks| yard, yards| year, years| kilometer per hour, kilometers per hour| mile per hour, miles per hour| meter per second, meters per second| mile per gallon, miles per gallon| liter per kilometer, liters per kilometer| byte per second, bytes per second| kilobyte per second, kilobytes per second| megabyte per second, megabytes per second| gigabyte per second, gigabytes per second| megabit per second, megabits per second",
  months: "January|February|March|April|May|June|July|August|September|October|November|December",
  monthsShort: "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec",
  monthsShortAlone: "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec",
  monthsNarrow: "J|F|M|A|M|J|J|A|S|O|N|D",
  weekdays: "Sunday|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday",
  weekdaysShort: "Sun|Mon|Tue|Wed|Thu|Fri|Sat",
  weekdaysShortAlone: "Sun|Mon|Tue|Wed|Thu|Fri|Sat",
  weekdaysNarrow: "S|M|T|W|T|F|S",
  periods: "AM|PM",
  eras: "B,A|BC,AD|Before Christ,Anno Domini",
  dates:
    "|d|M|M/d|M|M d|M|M d|y|y' (day: 'd)|M/y|M/d/y|M y|M d, y|M y|M d, y|E|d E|M E|E, M/d|M E|E, M d|M E|E, M d|y E|d E y|M/y E|E, M/d/y|M y E|E, M d, y|M y E|E, M d, y",
  twoDigits: "|",
  times:
    "h\u202fa|h:mm\u202fa|h:mm:ss\u202fa|h\u202fa z|h:mm\u202fa z|h:mm:ss\u202fa z|hh|hh:mm|hh:mm:ss|hh'h 'z|hh:mm z|hh:mm:ss z",
  dateStyles: "M/d/yy|MMM d, y|MMMM d, y|EEEE, MMMM d, y",
  timeStyles: "h:mm\u202fa|h:mm:ss\u202fa|h:mm:ss\u202fa z|h:mm:ss\u202fa zzzz",
  glue: ", |, |' at '|' at '| ",
  styleGlue: ", |, |' at '|' at '",
  zones: "UTC|Coordinated Universal Time|GMT|-|GMT|Greenwich Mean Time",
  relativeLong:
    "# second ago,# seconds ago,in # second,in # seconds,;;now;;|# minute ago,# minutes ago,in # minute,in # minutes,;;this minute;;|# hour ago,# hours ago,in # hour,in # hours,;;this hour;;|# day ago,# days ago,in # day,in # days,;yesterday;today;tomorrow;|# week ago,# weeks ago,in # week,in # weeks,;last week;this week;next week;|# month ago,# months ago,in # month,in # months,;last month;this month;next month;|# quarter ago,# quarters ago,in # quarter,in # quarters,;last quarter;this quarter;next quarter;|# year ago,# years ago,in # year,in # years,;last year;this year;next year;",
  relativeShort:
    "# sec. ago,,in # sec.,,;;now;;|# min. ago,,in # min.,,;;this minute;;|# hr. ago,,in # hr.,,;;this hour;;|# day ago,# days ago,in # day,in # days,;yesterday;today;tomorrow;|# wk. ago,,in # wk.,,;last wk.;this wk.;next wk.;|# mo. ago,,in # mo.,,;last mo.;this mo.;next mo.;|# qtr. ago,# qtrs. ago,in # qtr.,in # qtrs.,;last qtr.;this qtr.;next qtr.;|# yr. ago,,in # yr.,,;last yr.;this yr.;next yr.;",
  relativeNarrow:
    "#s ago,,in #s,,;;now;;|#m ago,,in #m,,;;this minute;;|#h ago,,in #h,,;;this hour;;|#d ago,,in #d,,;yesterday;today;tomorrow;|#w ago,,in #w,,;last wk.;this wk.;next wk.;|#mo ago,,in #mo,,;last mo.;this mo.;next mo.;|#q ago,,in #q,,;last qtr.;this qtr.;next qtr.;|#y ago,,in #y,,;last yr.;this yr.;next yr.;",
  list: " and ,; ,; and | & ,; ,; & |; ,; ,; | or ,; ,; or | or ,; ,; or | or ,; ,; or |; ,; ,; |; ,; ,; | , , ",
};

const EN_GB: LocaleRow = {
  ...EN_US,
  currencies:
    "USD,US$,$,US dollar,US dollars|EUR,€,€,euro,euros|GBP,£,£,British pound,British pounds|JPY,JP¥,¥,Japanese yen,Japanese yen|CNY,CN¥,¥,Chinese yuan,Chinese yuan|INR,₹,₹,Indian rupee,Indian rupees|KRW,₩,₩,South Korean won,South Korean won|BRL,R$,R$,Brazilian real,Brazilian reals|CAD,CA$,$,Canadian dollar,Canadian dollars|AUD,A$,$,Australian dollar,Australian dollars|MXN,MX$,$,Mexican peso,Mexican pesos|CHF,,,Swiss franc,Swiss francs|SEK,,kr,Swedish krona,Swedish kronor|NOK,,kr,Norwegian krone,Norwegian kroner|DKK,,kr,Danish krone,Danish kroner|PLN,,zł,Polish zloty,Polish zlotys|CZK,,Kč,Czech koruna,Czech korunas|HUF,,Ft,Hungarian forint,Hungarian forints|TRY,,₺,Turkish lira,Turkish Lira|RUB,,₽,Russian rouble,Russian roubles|UAH,,₴,Ukrainian hryvnia,Ukrainian hryvnias|ILS,₪,₪,Israeli new shekel,Israeli new shekels|THB,,฿,Thai baht,Thai baht|VND,₫,₫,Vietnamese dong,Vietnamese dong|PHP,\u20b1,\u20b1,Philippine peso,Philippine pesos|IDR,,Rp,Indonesian rupiah,Indonesian rupiahs|NZD,NZ$,$,New Zealand dollar,New Zealand dollars|HKD,HK$,$,Hong Kong dollar,Hong Kong dollars|TWD,NT$,$,New Taiwan dollar,New Taiwan dollars|SGD,,$,Singapore dollar,Singapore dollars|ZAR,,R,South African rand,South African rand|ARS,,$,Argentine peso,Argentine pesos",
  compactShort: "0,k|1,k|2,k|0,m|1,m|2,m|0,bn|1,bn|2,bn|0,tn|1,tn|2,tn",
  unitsShort:
    " ac| bit| byte|°C| cm| day, days| deg|°F| US fl oz| ft| US gal| Gb| GB| g| ha| hr, hrs| in| kb| kB| kg| km| l| Mb| MB| m| μs| mi| smi| ml| mm| ms| min, mins| mth, mths| ns| oz|%| PB| lb| sec, secs| st| Tb| TB| wk, wks| yd| yr, yrs| km/h| mph| m/s| mpg US| l/km| byte/s| kB/s| MB/s| GB/s| Mb/s",
  unitsNarrow:
    "ac|bit|B|°C|cm|d|°|°F|US fl oz|′|USgal|Gb|GB|g|ha|h|″|kb|kB|kg|km|l|Mb|MB|m|μs|mi|smi|ml|mm|ms|m|m|ns|oz|%|PB|lb|s|st|Tb|TB|w|yd|y|km/h|mph|m/s|mpgUS|l/km|B/s|kB/s|MB/s|GB/s|Mb/s",
  unitsLong:
    " acre, acres| bit, bits| byte, bytes| degree Celsius, degrees Celsius| centimetre, centimetres| day, days| degree, degrees| degree Fahrenheit, degrees Fahrenheit| US fluid ounce, US fluid ounces| foot, feet| US gallon, US gallons| gigabit, gigabits| gigabyte, gigabytes| gram, grams| hectare, hectares| hour, hours| inch, inches| kilobit, kilobits| kilobyte, kilobytes| kilogram, kilograms| kilometre, kilometres| litre, litres| megabit, megabits| megabyte, megabytes| metre, metres| microsecond, microseconds| mile, miles| Scandinavian mile, Scandinavian miles| millilitre, millilitres| millimetre, millimetres| millisecond, milliseconds| minute, minutes| month, months| nanosecond, nanoseconds| ounce, ounces| per cent| petabyte, petabytes| pound, pounds| second, seconds| stone| terabit, terabits| terabyte, terabytes| week, weeks| yard, yards| year, years| kilometre per hour, kilometres per hour| mile per hour, miles per hour| metre per second, metres per second| mile per US gallon, miles per US gallon| litre per kilometre, litres per kilometre| byte per second, bytes per second| kilobyte per second, kilobytes per second| megabyte per second, megabytes per second| gigabyte per second, gigabytes per second| megabit per second, megabits per second",
  monthsShort: "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept|Oct|Nov|Dec",
  monthsShortAlone: "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept|Oct|Nov|Dec",
  periods: "am|pm",
  dates:
    "|d|M|dd/MM|M|d M|M|d M|y|y' (day: 'd)|MM/y|dd/MM/y|M y|d M y|M y|d M y|E|E d|M E|E dd/MM|M E|E d M|M E|E d M|y E|E d y|MM/y E|E, dd/MM/y|M y E|E, d M y|M y E|E, d M y",
  twoDigits: "dd/MM|MM/y",
  times:
    "h\u202fa|h:mm\u202fa|h:mm:ss\u202fa|h\u202fa z|h:mm\u202fa z|h:mm:ss\u202fa z|hh|hh:mm|hh:mm:ss|hh'h 'z|hh:mm z|h:mm:ss z",
  dateStyles: "dd/MM/y|d MMM y|d MMMM y|EEEE, d MMMM y",
  timeStyles: "hh:mm|hh:mm:ss|hh:mm:ss z|hh:mm:ss zzzz",
  relativeShort:
    "# sec ago,,in # sec,,;;now;;|# min ago,,in # min,,;;this minute;;|# hr ago,,in # hr,,;;this hour;;|# day ago,# days ago,in # day,in # days,;yesterday;today;tomorrow;|# wk ago,,in # wk,,;last wk;this wk;next wk;|# mo ago,,in # mo,,;last mo;this mo;next mo;|# qtr ago,,in # qtr,,;last qtr.;this qtr.;next qtr.;|# yr ago,,in # yr,,;last yr;this yr;next yr;",
  relativeNarrow:
    "# sec ago,,in # sec,,;;now;;|# min ago,,in # min,,;;this minute;;|# hr ago,,in # hr,,;;this hour;;|# day ago,# days ago,in # day,in # days,;yesterday;today;tomorrow;|# wk ago,,in # wk,,;last wk;this wk;next wk;|# mo ago,,in # mo,,;last mo;this mo;next mo;|# qtr ago,,in # qtr,,;last qtr.;this qtr.;next qtr.;|# yr ago,,in # yr,,;last yr;this yr;next yr;",
  list: " and ,; , and | and ,; , and |; ,; ,; | or ,; , or | or ,; , or | or ,; , or |; ,; ,; |; ,; ,; | , , ",
};

const DE_DE: LocaleRow = {
  decimal: ",",
  group: ".",
  minimumGrouping: 1,
  percent: "#\u00a0%",
  currency: "#\u00a0\u00a4",
  negativeAccounting: "-#\u00a0\u00a4",
  currencies:
    "USD,$,$,US-Dollar,US-Dollar|EUR,€,€,Euro,Euro|GBP,£,£,Britisches Pfund,Britische Pfund|JPY,¥,¥,Japanischer Yen,Japanische Yen|CNY,CN¥,¥,Chinesischer Yuan,Renminbi Yuan|INR,₹,₹,Indische Rupie,Indische Rupien|KRW,₩,₩,Südkoreanischer Won,Südkoreanische Won|BRL,R$,R$,Brasilianischer Real,Brasilianische Real|CAD,CA$,$,Kanadischer Dollar,Kanadische Dollar|AUD,AU$,$,Australischer Dollar,Australische Dollar|MXN,MX$,$,Mexikanischer Peso,Mexikanische Pesos|CHF,,,Schweizer Franken,Schweizer Franken|SEK,,kr,Schwedische Krone,Schwedische Kronen|NOK,,kr,Norwegische Krone,Norwegische Kronen|DKK,,kr,Dänische Krone,Dänische Kronen|PLN,,zł,Polnischer Złoty,Polnische Złoty|CZK,,Kč,Tschechische Krone,Tschechische Kronen|HUF,,Ft,Ungarischer Forint,Ungarische Forint|TRY,,₺,Türkische Lira,Türkische Lira|RUB,,₽,Russischer Rubel,Russische Rubel|UAH,,₴,Ukrainische Hrywnja,Ukrainische Hrywen|ILS,₪,₪,Israelischer Neuer Schekel,Israelische Neue Schekel|THB,฿,฿,Thailändischer Baht,Thailändische Baht|VND,₫,₫,Vietnamesischer Dong,Vietnamesische Dong|PHP,,\u20b1,Philippinischer Peso,Philippinische Pesos|IDR,,Rp,Indonesische Rupiah,Indonesische Rupiah|NZD,NZ$,$,Neuseeland-Dollar,Neuseeland-Dollar|HKD,HK$,$,Hongkong-Dollar,Hongkong-Dollar|TWD,NT$,NT$,Neuer Taiwan-Dollar,Neue Taiwan-Dollar|SGD,,$,Singapur-Dollar,Singapur-Dollar|ZAR,,R,Südafrikanischer Rand,Südafrikanische Rand|ARS,,$,Argentinischer Peso,Argentinische Pesos",
  compactShort:
    "|||0,\u00a0Mio.|1,\u00a0Mio.|2,\u00a0Mio.|0,\u00a0Mrd.|1,\u00a0Mrd.|2,\u00a0Mrd.|0,\u00a0Bio.|1,\u00a0Bio.|2,\u00a0Bio.",
  compactLong:
    "0, Tausend|1, Tausend|2, Tausend|0, Million, Millionen|1, Millionen|2, Millionen|0, Milliarde, Milliarden|1, Milliarden|2, Milliarden|0, Billion, Billionen|1, Billionen|2, Billionen",
  unitsShort:
    " ac|\u00a0Bit, Bit|\u00a0Byte, Byte| °C| cm| Tg.|°| °F| fl.oz., fl oz| ft| gal|\u00a0Gb|\u00a0GB| g| ha| Std.|\u00a0in, in| kb| kB| kg| km| l| Mb| MB| m| μs| mi| smi|\u00a0ml| mm| ms| Min.| Mon.| ns| oz|\u00a0%| PB| lb| Sek.| st| Tb| TB| Wo.| yd| J| km/h| mi/h| m/s| mpg|\u00a0l/km|\u00a0Byte/s, Byte/s| kB/s| MB/s|\u00a0GB/s| Mb/s",
  unitsNarrow:
    " ac| b| B| °C| cm| T|°|°F| fl.oz., fl oz| ft| gal|\u00a0Gb|\u00a0GB| g| ha|h|\u00a0in, in| kb| kB| kg| km| l| Mb| MB| m|μs, μs| mi|smi|\u00a0ml| mm|ms, ms| Min.| M| ns| oz|\u00a0%| PB| lb| Sek.| st| Tb| TB| W| yd| J| km/h| mi/h| m/s|mpg|l/km| B/s| kB/s| MB/s|\u00a0GB/s| Mb/s",
  unitsLong:
    " Acre, Acres|\u00a0Bit, Bit|\u00a0Byte, Byte| Grad Celsius| Zentimeter| Tag, Tage| Grad| Grad Fahrenheit|\u00a0Flüssigunze,\u00a0Flüssigunzen| Fuß|\u00a0Gallone,\u00a0Gallonen|\u00a0Gigabit, Gigabit|\u00a0Gigabyte, Gigabyte| Gramm| Hektar| Stunde, Stunden| Zoll|\u00a0Kilobit, Kilobit|\u00a0Kilobyte, Kilobyte| Kilogramm| Kilometer| Liter|\u00a0Megabit, Megabit|\u00a0Megabyte, Megabyte| Meter| Mikrosekunde, Mikrosekunden| Meile, Meilen| skandinavische Meile, skandinavische Meilen|\u00a0Milliliter| Millimeter| Millisekunde, Millisekunden| Minute, Minuten| Monat, Monate| Nanosekunde, Nanosekunden| Unze, Unzen| Prozent| Petabyte| Pfund| Sekunde, Sekunden|\u00a0Stone,\u00a0Stones|\u00a0Terabit, Terabit|\u00a0Terabyte, Terabyte| Woche, Wochen| Yard, Yards| Jahr, Jahre| Kilometer pro Stunde| Meile pro Stunde, Meilen pro Stunde| Meter pro Sekunde|\u00a0Meile pro Gallone,\u00a0Meilen pro Gallone|\u00a0Liter pro Kilometer|\u00a0Byte pro Sekunde, Byte pro Sekunde|\u00a0Kilobyte pro Sekunde, Kilobyte pro Sekunde|\u00a0Megabyte pro Sekunde, Megabyte pro Sekunde|\u00a0Gigabyte pro Sekunde, Gigabyte pro Sekunde|\u00a0Megabit pro Sekunde, Megabit pro Sekunde",
  months: "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember",
  monthsShort: "Jan.|Feb.|März|Apr.|Mai|Juni|Juli|Aug.|Sept.|Okt.|Nov.|Dez.",
  monthsShortAlone: "Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez",
  monthsNarrow: "J|F|M|A|M|J|J|A|S|O|N|D",
  weekdays: "Sonntag|Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag",
  weekdaysShort: "So.|Mo.|Di.|Mi.|Do.|Fr.|Sa.",
  weekdaysShortAlone: "So|Mo|Di|Mi|Do|Fr|Sa",
  weekdaysNarrow: "S|M|D|M|D|F|S",
  periods: "AM|PM",
  eras: "v. Chr.,n. Chr.|v. Chr.,n. Chr.|v. Chr.,n. Chr.",
  dates:
    "|d|M|d.M.|L|d. M|M|d. M|y|y' (Tag: 'd)|M/y|d.M.y|M y|d. M y|M y|d. M y|c|E, d.|M c|E, d.M.|L c|E, d. M|M E|E, d. M|y c|y E, d.|M/y c|E, d.M.y|M y c|E, d. M y|M y E|E, d. M y",
  twoDigits: "dd.MM.|MM/y",
  times:
    "h\u202fa|h:mm\u202fa|h:mm:ss\u202fa|h\u202fa z|h:mm\u202fa z|h:mm:ss\u202fa z|hh' Uhr'|hh:mm|hh:mm:ss|hh' Uhr 'z|hh:mm z|h:mm:ss z",
  dateStyles: "dd.MM.yy|dd.MM.y|d. MMMM y|EEEE, d. MMMM y",
  timeStyles: "hh:mm|hh:mm:ss|hh:mm:ss z|hh:mm:ss zzzz",
  glue: ", |, |' um '|' um '|, ",
  styleGlue: ", |, |' um '|' um '",
  zones: "UTC|Koordinierte Weltzeit|GMT|-|GMT+0|Mittlere Greenwich-Zeit",
  relativeLong:
    "vor # Sekunde,vor # Sekunden,in # Sekunde,in # Sekunden,;;jetzt;;|vor # Minute,vor # Minuten,in # Minute,in # Minuten,;;in dieser Minute;;|vor # Stunde,vor # Stunden,in # Stunde,in # Stunden,;;in dieser Stunde;;|vor # Tag,vor # Tagen,in # Tag,in # Tagen,vorgestern;gestern;heute;morgen;übermorgen|vor # Woche,vor # Wochen,in # Woche,in # Wochen,;letzte Woche;diese Woche;nächste Woche;|vor # Monat,vor # Monaten,in # Monat,in # Monaten,;letzten Monat;diesen Monat;nächsten Monat;|vor # Quartal,vor # Quartalen,in # Quartal,in # Quartalen,;letztes Quartal;dieses Quartal;nächstes Quartal;|vor # Jahr,vor # Jahren,in # Jahr,in # Jahren,;letztes Jahr;dieses Jahr;nächstes Jahr;",
  relativeShort:
    "vor # Sek.,,in # Sek.,,;;jetzt;;|vor # Min.,,in # Min.,,;;in dieser Minute;;|vor # Std.,,in # Std.,,;;in dieser Stunde;;|vor # Tag,vor # Tagen,in # Tag,in # Tagen,vorgestern;gestern;heute;morgen;übermorgen|vor # Woche,vor # Wochen,in # Woche,in # Wochen,;letzte Woche;diese Woche;nächste Woche;|vor # Monat,vor #\u00a0Monaten,in # Monat,in # Monaten,;letzten Monat;diesen Monat;nächsten Monat;|vor # Quart.,,in # Quart.,,;letztes Quartal;dieses Quartal;nächstes Quartal;|vor # Jahr,vor # Jahren,in # Jahr,in # Jahren,;letztes Jahr;dieses Jahr;nächstes Jahr;",
  relativeNarrow:
    "vor # s,,in # s,,;;jetzt;;|vor # m,,in # m,,;;in dieser Minute;;|vor # Std.,,in # Std.,,;;in dieser Stunde;;|vor # Tag,vor # Tagen,in # Tag,in # Tagen,vorgestern;gestern;heute;morgen;übermorgen|vor # Wo.,,in # Wo.,,;letzte Woche;diese Woche;nächste Woche;|vor #\u00a0Monat,vor # Monaten,in # Monat,in # Monaten,;letzten Monat;diesen Monat;nächsten Monat;|vor # Q,,in # Q,,;letztes Quartal;dieses Quartal;nächstes Quartal;|vor # Jahr,vor # Jahren,in # Jahr,in # Jahren,;letztes Jahr;dieses Jahr;nächstes Jahr;",
  list: " und ,; , und | und ,; , und | und ,; , und | oder ,; , oder | oder ,; , oder | oder ,; , oder |; ,; , und |; ,; , und |; ,; , und ",
};

const FR_FR: LocaleRow = {
  decimal: ",",
  group: "\u202f",
  minimumGrouping: 1,
  percent: "#\u00a0%",
  currency: "#\u00a0\u00a4",
  negativeAccounting: "(#\u00a0\u00a4)",
  currencies:
    "USD,$US,$,dollar des États-Unis,dollars des États-Unis|EUR,€,€,euro,euros|GBP,£GB,£,livre sterling,livres sterling|JPY,,¥,yen japonais,yens japonais|CNY,,¥,yuan renminbi chinois,yuans renminbi chinois|INR,₹,₹,roupie indienne,roupies indiennes|KRW,₩,₩,won sud-coréen,wons sud-coréens|BRL,R$,R$,réal brésilien,réals brésiliens|CAD,$CA,$,dollar canadien,dollars canadiens|AUD,$AU,$,dollar australien,dollars australiens|MXN,$MX,$,peso mexicain,pesos mexicains|CHF,,,franc suisse,francs suisses|SEK,,kr,couronne suédoise,couronnes suédoises|NOK,,kr,couronne norvégienne,couronnes norvégiennes|DKK,,kr,couronne danoise,couronnes danoises|PLN,,zł,zloty polonais,zlotys polonais|CZK,,Kč,couronne tchèque,couronnes tchèques|HUF,,Ft,forint hongrois,forints hongrois|TRY,,₺,livre turque,livres turques|RUB,,₽,rouble russe,roubles russes|UAH,,₴,hryvnia ukrainienne,hryvnias ukrainiennes|ILS,₪,₪,nouveau shekel israélien,nouveaux shekels israéliens|THB,,฿,baht thaïlandais,bahts thaïlandais|VND,₫,₫,dông vietnamien,dôngs vietnamiens|PHP,,\u20b1,peso philippin,pesos philippins|IDR,,Rp,roupie indonésienne,roupies indonésiennes|NZD,$NZ,$,dollar néo-zélandais,dollars néo-zélandais|HKD,,$,dollar de Hong Kong,dollars de Hong Kong|TWD,,NT$,nouveau dollar taïwanais,nouveaux dollars taïwanais|SGD,$SG,$,dollar de Singapour,dollars de Singapour|ZAR,,R,rand sud-africain,rands sud-africains|ARS,$AR,$,peso argentin,pesos argentins",
  compactShort:
    "0,\u00a0k|1,\u00a0k|2,\u00a0k|0,\u00a0M|1,\u00a0M|2,\u00a0M|0,\u00a0Md|1,\u00a0Md|2,\u00a0Md|0,\u00a0Bn|1,\u00a0Bn|2,\u00a0Bn",
  compactLong:
    "-1, millier, mille|1, mille|2, mille|0, million, millions|1, millions|2, millions|0, milliard, milliards|1, milliards|2, milliards|0, billion, billions|1, billions|2, billions",
  unitsShort:
    "\u202fac|\u202fbit|\u202fo|\u202f°C|\u202fcm|\u202fj|°|\u202f°F| fl oz|\u202fpi| gal|\u202fGbit|\u202fGo|\u202fg|\u202fha|\u202fh|\u202fpo|\u202fkbit|\u202fko|\u202fkg|\u202fkm|\u202fl|\u202fMbit|\u202fMo|\u202fm|\u202fμs|\u202fmi|\u202fsmi| ml|\u202fmm|\u202fms|\u00a0min|\u202fm.|\u202fns|\u202foz|\u00a0%|\u202fPo|\u202flb|\u202fs| st|\u202fTbit, Tbit|\u202fTo|\u202fsem.|\u202fyd|\u00a0an,\u00a0ans|\u202fkm/h|\u202fmi/h|\u202fm/s|\u202fmi/gal|\u202fl/km|\u202fo/s|\u202fko/s|\u202fMo/s|\u202fGo/s|\u202fMbit/s",
  unitsNarrow:
    "ac|bit|o|°C|cm|j|°|°F|fl oz|′|gal|Gbit|Go|g|ha|h|″|kbit|ko|kg|km|l|Mbit|Mo|m|μs|mi|\u202fsmi|ml|mm|ms|min|m.|ns|oz|\u00a0%|Po|lb|s| st|Tbit|To|sem.|yd|a|km/h|\u202fmi/h|\u202fm/s,m/s|mi/gal|l/km|o/s|ko/s|Mo/s|Go/s|Mbit/s",
  unitsLong:
    "\u00a0acre anglo-saxonne,\u00a0acres anglo-saxonnes|\u00a0bit,\u00a0bits|\u00a0octet,\u00a0octets|\u00a0degré Celsius,\u00a0degrés Celsius|\u00a0centimètre,\u00a0centimètres|\u00a0jour,\u00a0jours|\u00a0degré,\u00a0degrés|\u00a0degré Fahrenheit,\u00a0degrés Fahrenheit| once liquide, onces liquides|\u00a0pied, pieds| gallon, gallons|\u00a0gigabit,\u00a0gigabits|\u00a0gigaoctet,\u00a0gigaoctets|\u00a0gramme,\u00a0grammes|\u00a0hectare,\u00a0hectares|\u00a0heure,\u00a0heures|\u00a0pouce,\u00a0pouces|\u00a0kilobit,\u00a0kilobits|\u00a0kilooctet,\u00a0kilooctets|\u00a0kilogramme,\u00a0kilogrammes|\u00a0kilomètre,\u00a0kilomètres|\u00a0litre,\u00a0litres|\u00a0mégabit,\u00a0mégabits|\u00a0mégaoctet,\u00a0mégaoctets|\u00a0mètre,\u00a0mètres|\u00a0microseconde,\u00a0microsecondes|\u00a0mile,\u00a0miles|\u00a0mille scandinave,\u00a0milles scandinaves| millilitre, millilitres|\u00a0millimètre,\u00a0millimètres|\u00a0milliseconde,\u00a0millisecondes| minute, minutes|\u00a0mois|\u00a0nanoseconde,\u00a0nanosecondes|\u00a0once,\u00a0onces| pour cent|\u00a0pétaoctet,\u00a0pétaoctets|\u00a0livre,\u00a0livres|\u00a0seconde,\u00a0secondes| stone, stones|\u00a0térabit,\u00a0térabits|\u00a0téraoctet,\u00a0téraoctets|\u00a0semaine,\u00a0semaines|\u00a0yard,\u00a0yards|\u00a0an, ans|\u00a0kilomètre par heure,\u00a0kilomètres par heure|\u00a0mile par heure,\u00a0miles par heure|\u00a0mètre par seconde,\u00a0mètres par seconde|\u00a0mile par gallon,\u00a0miles par gallon| litre au kilomètre, litres au kilomètre|\u00a0octet par seconde,\u00a0octets par seconde|\u00a0kilooctet par seconde,\u00a0kilooctets par seconde|\u00a0mégaoctet par seconde,\u00a0mégaoctets par seconde|\u00a0gigaoctet par seconde,\u00a0gigaoctets par seconde|\u00a0mégabit par seconde,\u00a0mégabits par seconde",
  months: "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
  monthsShort: "janv.|févr.|mars|avr.|mai|juin|juil.|août|sept.|oct.|nov.|déc.",
  monthsShortAlone: "janv.|févr.|mars|avr.|mai|juin|juil.|août|sept.|oct.|nov.|déc.",
  monthsNarrow: "J|F|M|A|M|J|J|A|S|O|N|D",
  weekdays: "dimanche|lundi|mardi|mercredi|jeudi|vendredi|samedi",
  weekdaysShort: "dim.|lun.|mar.|mer.|jeu.|ven.|sam.",
  weekdaysShortAlone: "dim.|lun.|mar.|mer.|jeu.|ven.|sam.",
  weekdaysNarrow: "D|L|M|M|J|V|S",
  periods: "AM|PM",
  eras: "av. J.-C.,ap. J.-C.|av. J.-C.,ap. J.-C.|avant Jésus-Christ,après Jésus-Christ",
  dates:
    "|d|M|dd/MM|M|d M|M|d M|y|y' (jour: 'd)|MM/y|dd/MM/y|M y|d M y|M y|d M y|E|E d|M E|E dd/MM|M E|E d M|M E|E d M|y E|y E d|MM/y E|E dd/MM/y|M y E|E d M y|M y E|E d M y",
  twoDigits: "dd/MM|MM/y",
  times:
    "h\u202fa|h:mm\u202fa|h:mm:ss\u202fa|h\u202fa z|h:mm\u202fa z|h:mm:ss\u202fa z|hh' h'|hh:mm|hh:mm:ss|hh' h 'z|hh:mm z|h:mm:ss z",
  dateStyles: "dd/MM/y|d MMM y|d MMMM y|EEEE d MMMM y",
  timeStyles: "hh:mm|hh:mm:ss|hh:mm:ss z|hh:mm:ss zzzz",
  glue: " |, | à | à | ",
  styleGlue: " |, | à | à ",
  zones: "UTC|temps universel coordonné|UTC|\u2212|UTC+0|heure moyenne de Greenwich",
  relativeLong:
    "il y a # seconde,il y a # secondes,dans # seconde,dans # secondes,;;maintenant;;|il y a # minute,il y a # minutes,dans # minute,dans # minutes,;;cette minute-ci;;|il y a # heure,il y a # heures,dans # heure,dans # heures,;;cette heure-ci;;|il y a # jour,il y a # jours,dans # jour,dans # jours,avant-hier;hier;aujourd’hui;demain;après-demain|il y a # semaine,il y a # semaines,dans # semaine,dans # semaines,;la semaine dernière;cette semaine;la semaine prochaine;|il y a # mois,,dans # mois,,;le mois dernier;ce mois-ci;le mois prochain;|il y a # trimestre,il y a # trimestres,dans # trimestre,dans # trimestres,;le trimestre dernier;ce trimestre;le trimestre prochain;|il y a # an,il y a # ans,dans # an,dans # ans,;l’année dernière;cette année;l’année prochaine;",
  relativeShort:
    "il y a #\u00a0s,,dans #\u00a0s,,;;maintenant;;|il y a #\u00a0min,,dans #\u00a0min,,;;cette minute-ci;;|il y a #\u00a0h,,dans #\u00a0h,,;;cette heure-ci;;|il y a #\u00a0j,,dans #\u00a0j,,avant-hier;hier;aujourd’hui;demain;après-demain|il y a # sem.,,dans # sem.,,;la semaine dernière;cette semaine;la semaine prochaine;|il y a # m.,,dans # m.,,;le mois dernier;ce mois-ci;le mois prochain;|il y a # trim.,,dans # trim.,,;le trimestre dernier;ce trimestre;le trimestre prochain;|il y a # a,,dans # a,,;l’an dernier;cette année;l’an prochain;",
  relativeNarrow:
    "-# s,,+# s,,;;maintenant;;|-# min,,+# min,,;;cette minute-ci;;|-# h,,+# h,,;;cette heure-ci;;|-# j,,+# j,,avant-hier;hier;aujourd’hui;demain;après-demain|-# sem.,,+# sem.,,;la semaine dernière;cette semaine;la semaine prochaine;|-# m.,,+# m.,,;le mois dernier;ce mois-ci;le mois prochain;|-# trim.,,+# trim.,,;le trimestre dernier;ce trimestre;le trimestre prochain;|-# a,,+# a,,;l’an dernier;cette année;l’an prochain;",
  list: " et ,; , et | et ,; , et |; ,; ,; | ou ,; , ou | ou ,; , ou | ou ,; , ou | et ,; , et | et ,; , et | , , ",
};

const ES_ES: LocaleRow = {
  decimal: ",",
  group: ".",
  minimumGrouping: 2,
  percent: "#\u00a0%",
  currency: "#\u00a0\u00a4",
  negativeAccounting: "-#\u00a0\u00a4",
  currencies:
    "USD,US$,$,dólar estadounidense,dólares estadounidenses|EUR,€,€,euro,euros|GBP,,£,libra esterlina,libras esterlinas|JPY,,¥,yen japonés,yenes japoneses|CNY,,¥,yuan renminbi,yuanes renminbi|INR,,₹,rupia india,rupias indias|KRW,,₩,won surcoreano,wons surcoreanos|BRL,,R$,real brasileño,reales brasileños|CAD,,$,dólar canadiense,dólares canadienses|AUD,,$,dólar australiano,dólares australianos|MXN,,$,peso mexicano,pesos mexicanos|CHF,,,franco suizo,francos suizos|SEK,,kr,corona sueca,coronas suecas|NOK,,kr,corona noruega,coronas noruegas|DKK,,kr,corona danesa,coronas danesas|PLN,,zł,esloti polaco,eslotis polacos|CZK,,Kč,corona checa,coronas checas|HUF,,Ft,forinto húngaro,forintos húngaros|TRY,,₺,lira turca,liras turcas|RUB,,₽,rublo ruso,rublos rusos|UAH,,₴,grivna ucraniana,grivnas ucranianas|ILS,,₪,nuevo séquel israelí,nuevos séqueles israelíes|THB,฿,฿,bat tailandés,bats tailandeses|VND,₫,₫,dong vietnamita,dongs vietnamitas|PHP,,\u20b1,peso filipino,pesos filipinos|IDR,,Rp,rupia indonesia,rupias indonesias|NZD,,$,dólar neozelandés,dólares neozelandeses|HKD,,$,dólar hongkonés,dólares hongkoneses|TWD,,NT$,nuevo dólar taiwanés,nuevos dólares taiwaneses|SGD,,$,dólar singapurense,dólares singapurenses|ZAR,,R,rand sudafricano,rands sudafricanos|ARS,,$,peso argentino,pesos argentinos",
  compactShort:
    "0,\u00a0mil|1,\u00a0mil|2,\u00a0mil|0,\u00a0M|1,\u00a0M|2,\u00a0M|3,\u00a0M|1,\u00a0mil\u00a0M|2,\u00a0mil\u00a0M|0,\u00a0B|1,\u00a0B|2,\u00a0B",
  compactLong:
    "0, mil|1, mil|2, mil|0, millón, millones|1, millones|2, millones|0, mil millones|1, mil millones|2, mil millones|0, billón, billones|1, billones|2, billones",
  unitsShort:
    " ac| b| B| °C| cm| d|°| °F| fl oz| ft| gal| Gb| GB| g| ha| h| in| kb| kB| kg| km| l| Mb| MB| m| μs| mi| mi esc.| ml| mm| ms| min| m.| ns| oz|\u00a0%| PB| lb| s| st| Tb| TB| sem.| yd| a| km/h| mi/h| m/s| mi/gal| l/km| B/s| kB/s| MB/s| GB/s| Mb/s",
  unitsNarrow:
    "ac|b|B|°C|cm|d|°|°F|fl oz|ft|gal|Gb|GB|g|ha|h|in|kb|kB|kg|km|l|Mb|MB|m|μs|mi|mi esc| ml|mm|ms|min|m|ns|oz|\u00a0%|PB|lb|s|st|Tb|TB|sem|yd|a|km/h|mi/h|m/s|mi/gal|l/km|B/s|kB/s|MB/s|GB/s|Mb/s",
  unitsLong:
    " acre, acres| bit, bits| byte, bytes| grado Celsius, grados Celsius| centímetro, centímetros| día, días| grado, grados| grado Fahrenheit, grados Fahrenheit| onza líquida, onzas líquidas| pie, pies| galón, galones| gigabit, gigabits| gigabyte, gigabytes| gramo, gramos| hectárea, hectáreas| hora, horas| pulgada, pulgadas| kilobit, kilobits| kilobyte, kilobytes| kilogramo, kilogramos| kilómetro, kilómetros| litro, litros| megabit, megabits| megabyte, megabytes| metro, metros| microsegundo, microsegundos| milla, millas| milla escandinava, millas escandinavas| mililitro, mililitros| milímetro, milímetros| milisegundo, milisegundos| minuto, minutos| mes, meses| nanosegundo, nanosegundos| onza, onzas| por ciento| petabyte, petabytes| libra, libras| segundo, segundos| stone, stones| terabit, terabits| terabyte, terabytes| semana, semanas| yarda, yardas| año, años| kilómetro por hora, kilómetros por hora| milla por hora, millas por hora| metro por segundo, metros por segundo| milla por galón, millas por galón| litro por kilómetro, litros por kilómetro| byte por segundo, bytes por segundo| kilobyte por segundo, kilobytes por segundo| megabyte por segundo, megabytes por segundo| gigabyte por segundo, gigabytes por segundo| megabit por segundo, megabits por segundo",
  months: "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre",
  monthsShort: "ene|feb|mar|abr|may|jun|jul|ago|sept|oct|nov|dic",
  monthsShortAlone: "ene|feb|mar|abr|may|jun|jul|ago|sept|oct|nov|dic",
  monthsNarrow: "E|F|M|A|M|J|J|A|S|O|N|D",
  weekdays: "domingo|lunes|martes|miércoles|jueves|viernes|sábado",
  weekdaysShort: "dom|lun|mar|mié|jue|vie|sáb",
  weekdaysShortAlone: "dom|lun|mar|mié|jue|vie|sáb",
  weekdaysNarrow: "D|L|M|X|J|V|S",
  periods: "a.\u202fm.|p.\u202fm.",
  eras: "a. C.,d. C.|a. C.,d. C.|antes de Cristo,después de Cristo",
  dates:
    "|d|M|d/M|M|d M|M|d' de 'M|y|y' (día: 'd)|M/y|d/M/y|M y|d M y|M' de 'y|d' de 'M' de 'y|E|E d|M E|E, d/M|M E|E, d M|M E|E, d' de 'M|y E|y E d|M/y E|E, d/M/y|M y E|E, d M y|M' de 'y E|E, d' de 'M' de 'y",
  twoDigits: "d/M|M/y",
  times:
    "h\u202fa|h:mm\u202fa|h:mm:ss\u202fa|h\u202fa z|h:mm\u202fa z|h:mm:ss\u202fa z|h|h:mm|h:mm:ss|h' h 'z|h:mm z|h:mm:ss z",
  dateStyles: "d/M/yy|d MMM y|d' de 'MMMM' de 'y|EEEE, d' de 'MMMM' de 'y",
  timeStyles: "h:mm|h:mm:ss|h:mm:ss z|h:mm:ss (zzzz)",
  glue: ", |, |' a las '|, |, ",
  styleGlue: ", |, |' a las '|, ",
  zones: "UTC|tiempo universal coordinado|GMT|-|GMT|hora del meridiano de Greenwich",
  relativeLong:
    "hace # segundo,hace # segundos,dentro de # segundo,dentro de # segundos,;;ahora;;|hace # minuto,hace # minutos,dentro de # minuto,dentro de # minutos,;;este minuto;;|hace # hora,hace # horas,dentro de # hora,dentro de # horas,;;esta hora;;|hace # día,hace # días,dentro de # día,dentro de # días,anteayer;ayer;hoy;mañana;pasado mañana|hace # semana,hace # semanas,dentro de # semana,dentro de # semanas,;la semana pasada;esta semana;la próxima semana;|hace # mes,hace # meses,dentro de # mes,dentro de # meses,;el mes pasado;este mes;el próximo mes;|hace # trimestre,hace # trimestres,dentro de # trimestre,dentro de # trimestres,;el trimestre pasado;este trimestre;el próximo trimestre;|hace # año,hace # años,dentro de # año,dentro de # años,;el año pasado;este año;el próximo año;",
  relativeShort:
    "hace # s,,dentro de # s,,;;ahora;;|hace # min,,dentro de # min,,;;este minuto;;|hace # h,,dentro de # h,,;;esta hora;;|hace # d,,dentro de # d,,anteayer;ayer;hoy;mañana;pasado mañana|hace # sem.,,dentro de # sem.,,;sem. ant.;esta sem.;próx. sem.;|hace # m,,dentro de # m,,;el mes pasado;este mes;el próximo mes;|hace # trim.,,dentro de # trim.,,;el trimestre pasado;este trimestre;el próximo trimestre;|hace # a,,dentro de # a,,;el año pasado;este año;el próximo año;",
  relativeNarrow:
    "hace # s,,dentro de # s,,;;ahora;;|hace # min,,dentro de # min,,;;este minuto;;|hace # h,,dentro de # h,,;;esta hora;;|hace # d,,dentro de # d,,anteayer;ayer;hoy;mañana;pasado mañana|hace # sem.,,dentro de # sem.,,;sem. ant.;esta sem.;próx. sem.;|hace # m,,dentro de # m,,;el mes pasado;este mes;el próximo mes;|hace # trim.,,dentro de # trim.,,;el trimestre pasado;este trimestre;el próximo trimestre;|hace # a,,dentro de # a,,;el año pasado;este año;el próximo año;",
  list: " y ,; , y | y ,; , y | y ,; , y | o ,; , o | o ,; , o | o ,; , o | y ,; , y | y ,; ,; | , , ",
};

/** Also under their language alone; whatever else is asked for falls back to the first. */
export const LOCALES: Readonly<Record<string, LocaleRow>> = {
  "en-US": EN_US,
  "en-GB": EN_GB,
  "de-DE": DE_DE,
  "fr-FR": FR_FR,
  "es-ES": ES_ES,
  en: EN_US,
  de: DE_DE,
  fr: FR_FR,
  es: ES_ES,
};
