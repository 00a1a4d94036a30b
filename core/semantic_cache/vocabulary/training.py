"""What is trained with, and what a question of training speaks of."""

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
