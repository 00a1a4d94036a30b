"""Bodies, groups of people, and what ails them."""

from __future__ import annotations

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
