"""Concepts that an embedding does not tell apart but a coach must. Each line is one concept with its usual words."""

from __future__ import annotations

EQUIPMENT = """
barbell, bar bell, olympic bar
dumbbell, dumb bell
kettlebell, kettle bell
resistance band, band, theraband
cable, cable machine, pulley
machine
bodyweight, body weight only, no equipment, without equipment, without weights
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
"""
BODY_PARTS = """
chest, pec, pecs, pectoral
back, upper back
lower back, lumbar
lats, latissimus
traps, trapezius
shoulder, delts, deltoid
biceps, bicep
triceps, tricep
forearm
wrist
elbow
neck
abs, abdominals, stomach, belly
obliques
core
glutes, glute, buttocks, bum, butt
quads, quadriceps, quad
hamstring
calf, calves
shin
hip, hip flexor
groin, adductor
knee
ankle
achilles
foot, feet
leg, thigh
arm
"""
PEOPLE = """
pregnant, pregnancy, expecting, trimester, prenatal, antenatal
postpartum, post partum, postnatal, after birth, after giving birth, after childbirth
breastfeeding, nursing
older adult, elderly, senior, over 65, older people
child, kid, children
teenager, teen, adolescent
man, men, male
woman, women, female
beginner, novice, newbie
advanced, experienced
vegan
vegetarian
diabetic, diabetes
overweight, obese
runner
cyclist
"""
CONDITIONS = """
pain, ache, hurt, hurts, sore
soreness, doms
injury, injured
sprain
strain, pulled muscle
tendinitis, tendonitis, tendinopathy
hernia, slipped disc, herniated disc
sciatica
arthritis, osteoarthritis
osteoporosis
asthma
hypertension, high blood pressure
low blood pressure
heart disease, heart condition, heart attack
chest pain
dizzy, dizziness, faint, fainting
cramp
concussion
fever
cold, flu
surgery, operation
diastasis, abdominal separation
shin splints
plantar fasciitis
eating disorder, anorexia, bulimia
"""
SUBJECTS = """
protein
creatine
caffeine, coffee
carbohydrate, carb
fat, fats
fibre, fiber
sugar
salt, sodium
water, hydration, fluid
alcohol, beer, wine
vitamin d
magnesium
iron
zinc
electrolyte
whey
casein
calorie
sleep
warm up
cool down
stretch
static stretching
dynamic stretching
cardio
strength
hypertrophy, muscle growth, build muscle, gain muscle, muscle gain
endurance
power
flexibility
mobility
balance
weight loss, lose weight, fat loss, lose fat
weight gain, gain weight, bulk
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
"""
OPPOSITES = """
before, prior to / after, following, post
more, increase, raise, add / less, fewer, decrease, reduce, lower, cut
fast, faster, quick, quickly / slow, slower, slowly
light, lighter / heavy, heavier
easy, easier, regression / hard, harder, progression
high / low
start, begin / stop, quit, end
good, best, benefit, safe / bad, worst, risk, dangerous, unsafe
with / without
gain, build / lose, burn
minimum, min, least / maximum, max, most
wide / narrow, close
incline / decline
front / back
inhale, breathe in / exhale, breathe out
indoor / outdoor
first / last
left / right
upper / lower
single, one leg, one arm / double, both
seated, sitting / standing
cause / cure, treat
push / pull
can / cannot
"""


def concepts(lines: str) -> dict[str, str]:
    """Return the concept (its first name) of each name."""
    return {
        name: names[0]
        for line in lines.strip().splitlines()
        for names in [[part.strip() for part in line.split(",")]]
        for name in names
    }


def opposites(lines: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the pairs of word groups that mean the opposite of each other."""
    pairs = (line.split("/") for line in lines.strip().splitlines())
    return [
        (tuple(word.strip() for word in one.split(",")), tuple(word.strip() for word in other.split(",")))
        for one, other in pairs
    ]
