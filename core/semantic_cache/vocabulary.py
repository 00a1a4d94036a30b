"""Concepts that an embedding does not tell apart but a coach must. Each line is one concept with its usual words.

A word is compared by its stem, so that plurals and most verb forms need no line of their own; and the longest name in
a question wins ("lower back" is no "back").
"""

from __future__ import annotations

EQUIPMENT = """
barbell, olympic bar
dumbbell
kettlebell
resistance band, band, theraband
cable, cable machine, pulley
machine
bodyweight, body weight only, no equipment, without equipment, no weights, without weights
bench
pull up bar
suspension trainer, trx
medicine ball, med ball
stability ball, swiss ball, exercise ball
foam roller
treadmill
bike, bicycle, cycling, spinning
elliptical, cross trainer
rowing machine, rower, erg
skipping rope, jump rope
box, step
rings
smith machine
trap bar, hex bar
belt
wrist wrap
mat
chair
wall
sandbag
weighted vest
shoe
"""
BODY_PARTS = """
chest, pec, pectoral
back
upper back
lower back, lumbar
lats, latissimus
traps, trapezius
shoulder, delts, deltoid
rotator cuff
biceps
triceps
forearm
hand
wrist
elbow
neck
abs, abdominals, stomach, belly
obliques
core
pelvic floor
glutes, buttocks, bum, butt
quads, quadriceps
hamstring
calf, calves
shin
hip
hip flexor
groin, adductor
knee
ankle
achilles
heel
toe
foot, feet
leg, thigh
arm
"""
PEOPLE = """
pregnant, pregnancy, expecting, trimester, prenatal, antenatal
postpartum, post partum, postnatal, after birth, after giving birth, after childbirth
breastfeeding, breast feeding, nursing
menopause, menopausal
older adult, elderly, senior, over 65, older people
child, kid, children
teenager, teen, adolescent
man, men, male
woman, women, female
beginner, novice, newbie
intermediate
advanced, experienced
vegan
vegetarian
diabetic, diabetes
overweight, obese
underweight
smoker
wheelchair
runner
cyclist
swimmer
"""
CONDITIONS = """
pain, ache, hurt
sore, doms
injury, injured
sprain
strain, pulled muscle
fracture, broken bone
tendinitis, tendonitis, tendinopathy
tennis elbow
hernia
slipped disc, herniated disc
sciatica
scoliosis
arthritis, osteoarthritis
osteoporosis
asthma
hypertension, high blood pressure
low blood pressure
heart disease, heart condition
heart attack
stroke
chest pain
dizzy, faint
headache, migraine
nausea
cramp
stitch
blister
swelling, swollen
concussion
fever
cold, flu
covid
cancer
epilepsy
anaemia, anemia
gout
surgery, operation
diastasis, abdominal separation
incontinence
prolapse
shin splints
plantar fasciitis
meniscus
acl
eating disorder, anorexia, bulimia
depression
anxiety
"""
SUBJECTS = """
protein
creatine
caffeine, coffee
carbohydrate, carb
fat
fibre, fiber
sugar
salt, sodium
potassium
calcium
water, hydration, fluid
alcohol, beer, wine
vitamin b12, b12
vitamin c
vitamin d
omega 3, fish oil
magnesium
iron
zinc
electrolyte
whey
casein
collagen
bcaa
beta alanine
egg
milk
meat
fish
calorie, kcal
keto, ketogenic
sleep
nap
sauna
ice bath, cold water immersion
massage
warm up
cool down
stretch
static stretching
dynamic stretching
cardio
strength
strength training, weight training, resistance training, weightlifting, lift weights
hypertrophy, muscle growth, build muscle, gain muscle, muscle gain
endurance
power
flexibility
mobility
balance
weight loss, lose weight
fat loss, lose fat
weight gain, gain weight, bulk
run
walk
swim
hike
yoga
pilates
marathon
half marathon
5k, 5 km
10k, 10 km
sprint
interval, hiit
breakfast
lunch
dinner
snack
morning
evening, night
mistake, error
breathe, breath
alternative, substitute, replacement, instead, rather than
"""
ASKED = "kind of question"
QUESTIONS = """
amount, how many, how much
duration, how long, how many seconds, how many minutes, how many hours, how many weeks, how many months
frequency, how often, how frequently, how many times, how many days a week, how many days per week
distance, how far
load, how heavy
speed, how fast, how quickly
time, how soon, how early, how late, what time
age, how old, what age
depth, how deep
width, how wide
height, how high, how low
intensity, how hard, how intense
reason, how come
"""
KINDS = {
    "equipment": EQUIPMENT,
    "body part": BODY_PARTS,
    "group of people": PEOPLE,
    "condition": CONDITIONS,
    "subject": SUBJECTS,
    ASKED: QUESTIONS,
}
DELICATE = ("group of people", "condition")
"""Kinds of concept that a question of health names."""
HARM = """
safe
danger
harm
risk
warning sign
emergency
operated on
knocked out
unconscious
medication
medicine
tablets
antibiotic
statin
beta blocker
insulin
blood thinner
painkiller
overdose
doctor
""".strip()
"""What a question that can hurt speaks of besides."""
OPPOSITES = """
before, prior to, pre / after, post
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
lengthen / shorten
inflate / deflate
attach / detach
put on / take off
upstairs, go up, climb / downstairs, go down, descend
lock, fasten / unlock, unfasten
"""
MEASURES = [
    frozenset(units.split())
    for units in (
        "s min h day week month year", "g mg mcg oz kg lb", "ml l cup scoop", "km mile m cm inch", "rep set", "kcal kj",
    )
]  # fmt: skip
"""Units that measure the same thing, and so contradict one another."""


def concepts(lines: str) -> dict[str, str]:
    """Return the concept (its first name) of each name."""
    return {
        name: names[0]
        for line in lines.strip().splitlines()
        for names in [[part.strip() for part in line.split(",")]]
        for name in names
    }


def denying(lines: str) -> list[str]:
    """Return the names that hold a negation."""
    return [name for name in concepts(lines) if name.startswith(("no ", "without "))]


def opposites(lines: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the pairs of word groups that mean the opposite of each other."""
    pairs = (line.split("/") for line in lines.strip().splitlines())
    return [
        (tuple(word.strip() for word in one.split(",")), tuple(word.strip() for word in other.split(",")))
        for one, other in pairs
    ]
