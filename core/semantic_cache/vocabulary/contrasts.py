"""Words that contradict one another, and units of the same measure."""

from __future__ import annotations

OPPOSITES = """
before, prior to, pre, leading up to, run up to / after, post, following a, following my, following the
during, while / before, prior to, pre, after, post
more, increase, raise, add / less, fewer, decrease, reduce, lower, cut
too much, too many / too little, too few, not enough
fast, faster, quick, quickly / slow, slower, slowly
light, lighter / heavy, heavier
easy, easier, regression / hard, harder, progression, difficult
high, higher / low
long, longer / short, shorter
big, bigger, large, larger / small, smaller
deep, deeper / shallow
early, earlier / late, later
old, older / young, younger
strong, stronger / weak, weaker
hot, heat, warm / cold, cool, ice
start, begin / stop, quit, end
good, best, benefit, safe / bad, worst, risk, danger, dangerous
better / worse
improve / worsen
advantage / disadvantage, drawback
comfortable / uncomfortable
effective / ineffective
gain, build, bulk / lose, burn, cut
minimum, min, least / maximum, max, most
wide / narrow, close
incline / decline
incline, decline / flat
front / back, rear, side
forward / backward, reverse
uphill, upward / downhill, downward
overhand, pronated, palm down / underhand, supinated, palm up
inside, inner, internal, inward / outside, outer, external, outward
inhale, breathe in / exhale, breathe out
indoor / outdoor
first / second, third, last
second / third
left / right
upper / lower
single, one leg, one arm / double, both
seated, sitting / standing, lying
standing / lying
straight / bent
extension / flexion
abduction / adduction
concentric / eccentric
aerobic / anaerobic
cause / cure, treat, prevent
result in, results in, lead to, leads to / result from, results from, come from, comes from
prevent / cure, treat
surplus / deficit
empty stomach / full stomach
rest day, day off / training day, workout day
every day, daily, each day / every other day, alternate days, every second day
weekday / weekend
am / pm
celsius / fahrenheit
push / pull
skip, miss / eat, keep
tighten / loosen
thicken / thin, dilute
lighten / darken
soften / harden
strengthen / weaken
widen / narrow
sharpen / blunt, dull
lengthen / shorten
inflate / deflate
attach / detach
put on / take off
upstairs, go up, climb / downstairs, go down, descend
lock, fasten / unlock, unfasten
all, every, always / some, any, sometimes
all, every, always, some / none, never
most / some, few, least
all devices, every device, everywhere / this device, one device
only / also
today, tonight / yesterday, tomorrow
yesterday / tomorrow
this year, this month, this week / last year, last month, last week, next year, next month, next week
last year, last month, last week / next year, next month, next week
current, currently / previous, former, next, upcoming
previous, former / next, upcoming
mandatory, compulsory, required / optional, voluntary
allowed, permitted, legal / forbidden, prohibited, banned, illegal
enable, turn on, switch on, activate / disable, turn off, switch off, deactivate
open / close, shut
send / receive
buy, purchase / sell
lend / borrow
import / export
upload / download
accept / reject, decline, refuse
win / lose
arrive, arrival / depart, departure, leave
was, were, did, used to / will, shall, going to
did / do, does
do i have to, do i need to, do you have to, do you need to, must i, must you / can i, could i, may i, can you, may you
us gallon, us pint / imperial gallon, imperial pint, uk gallon, uk pint
teaspoon, tsp / tablespoon, tbsp
glass, cup, mug / bottle, carton, jug
slice / loaf
both / either, neither
lender, creditor / borrower, debtor
buyer, customer, purchaser / seller, vendor
sender / receiver, recipient
teacher, tutor / student, pupil
landlord / tenant
host / guest
doctor / patient
plaintiff / defendant
parent / child
winner / loser
victim / offender
north, northern / south, southern
east, eastern / west, western
rise / fall
"""
MEASURES = [
    frozenset(units.split())
    for units in (
        "s min h day week month year", "g mg mcg oz kg lb", "ml l cup scoop", "km mile m cm inch", "rep set", "kcal kj",
    )
]  # fmt: skip
"""Units that measure the same thing, and so contradict one another."""
