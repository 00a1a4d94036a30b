"""Pairs of questions, by hand: what must never share an answer, and what must be free to."""

from __future__ import annotations

import pytest

from core.semantic_cache.veto import Veto

VETO = Veto(
    [
        ("Push-up", "press-up", "standard push-up"),
        ("Incline push-up", "elevated push-up", "bench push-up"),
        ("Knee push-up", "kneeling push-up"),
        ("Pull-up", "overhand pull-up"),
        ("Chin-up", "underhand pull-up"),
        ("Bodyweight squat", "squat", "air squat"),
        ("Goblet squat", "dumbbell goblet squat", "kettlebell goblet squat"),
        ("Bulgarian split squat", "rear-foot-elevated split squat"),
        ("Conventional deadlift", "deadlift", "barbell deadlift"),
        ("Romanian deadlift", "RDL", "dumbbell Romanian deadlift", "barbell Romanian deadlift"),
        ("Barbell bench press", "bench press"),
        ("Dumbbell bench press", "flat dumbbell press"),
        ("Barbell overhead press", "overhead press", "military press"),
        ("One-arm dumbbell row", "single-arm dumbbell row", "dumbbell row"),
        ("Bent-over barbell row", "barbell row", "bent-over row"),
        ("Lat pulldown", "cable pulldown"),
        ("Front plank", "plank", "forearm plank"),
        ("Side plank", "side bridge"),
        ("Glute bridge", "hip bridge"),
        ("Forward lunge", "lunge"),
        ("Parallel bar dip", "dip"),
        ("Lying triceps extension", "skull crusher"),
        ("Rope skipping", "jump rope", "skipping rope"),
        ("Farmer's carry", "farmer's walk"),
    ]
)

TRAPS = [
    ("opposites", "Can I stretch every day?", "Do I have to stretch every day?"),
    ("opposites", "How did people in Sparta train?", "How do people in Sparta train?"),
    ("opposites", "Is a glass of milk after training too much?", "Is a bottle of milk after training too much?"),
    ("exercise differs", "How do I do a pushup?", "How do I do a pullup?"),
    ("exercise differs", "Which muscles do chin-ups work?", "Which muscles do pull-ups work?"),
    ("exercise differs", "How heavy should a Romanian deadlift be?", "How heavy should a deadlift be?"),
    ("exercise differs", "How deep should I squat?", "How deep should I lunge?"),
    ("exercise differs", "Are knee push-ups worth it?", "Are push-ups worth it?"),
    ("exercise differs", "How long should I hold a side plank?", "How long should I hold a plank?"),
    ("numbers", "Is 6 min per km a good pace for 10 km?", "Is 6 min per mile a good pace for 10 km?"),
    ("order", "Is a mile run or swum longer than a lap?", "Is a lap run or swum longer than a mile?"),
    (
        "opposites",
        "What should I eat in the days leading up to a race?",
        "What should I eat in the days following a race?",
    ),
    ("numbers", "Is 5 g of creatine enough?", "Is 15 g of creatine enough?"),
    ("numbers", "Is 5 g of creatine enough?", "Is 5 mg of creatine enough?"),
    ("numbers", "Is 1,500 kcal too little?", "Is 1.5 kcal too little?"),
    ("numbers", "Is 10,000 steps a day a good aim?", "Is 10 steps a day a good aim?"),
    ("numbers", "Can I run at -5 °C?", "Can I run at 5 °C?"),
    ("numbers", "Hold the plank for thirty seconds?", "Hold the plank for ninety seconds?"),
    ("numbers", "Hold the plank for two minutes?", "Hold the plank for two seconds?"),
    ("numbers", "Should I train twice a week?", "Should I train 4 times a week?"),
    ("numbers", "Can I do 3 sets of 10 reps?", "Can I do 10 sets of 3 reps?"),
    ("numbers", "How many sets of squats should I do?", "How many reps of squats should I do?"),
    ("numbers", "How much water should I drink a day?", "How much water should I drink an hour?"),
    ("numbers", "How much protein per kg of body weight?", "How much protein per lb of body weight?"),
    ("numbers", "How do I train for a 5k?", "How do I train for a 10k?"),
    ("negated", "Why should I stretch?", "Why shouldn't I stretch?"),
    ("negated", "Why should I stretch?", "why shouldnt i stretch"),
    ("negated", "What should I do with wrist pain?", "What should be avoided with wrist pain?"),
    ("negated", "Core exercises with a chair?", "Core exercises without a chair?"),
    ("negated", "Is alcoholic beer bad after training?", "Is non-alcoholic beer bad after training?"),
    ("negated", "Should I always lock my elbows?", "Should I never lock my elbows?"),
    ("equipment differs", "Shoulder exercises with dumbbells?", "Shoulder exercises with a kettlebell?"),
    ("equipment differs", "Dumbbell Romanian deadlift for starters?", "Barbell Romanian deadlift for starters?"),
    ("equipment differs", "Should I run on a treadmill?", "Should I run?"),
    ("equipment differs", "Leg day with a resistance band?", "Leg day with a cable machine?"),
    ("body part differs", "How do I stretch the lower back?", "How do I stretch the upper back?"),
    ("body part differs", "Best exercise for the biceps?", "Best exercise for the triceps?"),
    ("body part differs", "What helps against knee pain?", "What helps against ankle pain?"),
    ("body part differs", "Exercises for the quads?", "Exercises for the hamstrings?"),
    ("group of people differs", "Is creatine safe for women?", "Is creatine safe for men?"),
    ("group of people differs", "A plan for beginners?", "A plan for experienced lifters?"),
    ("group of people differs", "How much protein do older adults need?", "How much protein do teenagers need?"),
    ("group of people differs", "Are lunges fine in pregnancy?", "Are lunges fine?"),
    ("condition differs", "Can I train with asthma?", "Can I train with arthritis?"),
    ("condition differs", "Can I train with a cold?", "Can I train with a fever?"),
    ("condition differs", "What helps against tendonitis?", "What helps against a sprain?"),
    ("condition differs", "Training with high blood pressure?", "Training with low blood pressure?"),
    ("subject differs", "When should I take creatine?", "When should I take caffeine?"),
    ("subject differs", "How does walking help me lose weight?", "How does swimming help me lose weight?"),
    ("subject differs", "Exercises for flexibility?", "Exercises for endurance?"),
    ("subject differs", "Common mistakes in the squat?", "Good alternatives to the squat?"),
    ("kind of question differs", "How often should I do planks?", "How long should I do planks?"),
    ("kind of question differs", "When should I stretch?", "Why should I stretch?"),
    ("kind of question differs", "How deep should I squat?", "How wide should I squat?"),
    ("opposites", "What should I eat before a run?", "What should I eat after a run?"),
    ("opposites", "Best pre-workout meal?", "Best post-workout meal?"),
    ("opposites", "What should I drink during a run?", "What should I drink after a run?"),
    ("opposites", "Stretch before and after a run?", "Stretch before a run?"),
    ("opposites", "How do I make squats easier?", "How do I make squats harder?"),
    ("opposites", "What if I drink too much in training?", "What if I drink too little in training?"),
    ("opposites", "How do I raise my salt intake?", "How do I reduce my salt intake?"),
    ("opposites", "Running uphill: any tips?", "Running downhill: any tips?"),
    ("opposites", "Should I train every day?", "Should I train every other day?"),
    ("opposites", "What to eat on a rest day?", "What to eat on a training day?"),
    ("opposites", "Internal hip rotation, how?", "External hip rotation, how?"),
    ("opposites", "Breathe in on the way up?", "Breathe out on the way up?"),
    ("opposites", "Is a stable surface best?", "Is an unstable surface best?"),
]

PARAPHRASES = [
    ("How do I do a push-up?", "how are pushups done"),
    ("How do I do a push-up?", "What is the right press up technique?"),
    ("How do incline push-ups work?", "How do elevated push ups work?"),
    ("How is a kneeling push-up done?", "How do I do a knee push-up?"),
    ("Which muscles does the barbell row work?", "What muscles are worked by bent-over rows?"),
    ("How do I do a flat dumbbell press?", "Technique of the dumbbell bench press?"),
    ("How do I breathe in the military press?", "How should I breathe during overhead presses?"),
    ("How do I do a one-arm dumbbell row?", "single arm dumbbell rows, how?"),
    ("Is jump rope good cardio?", "Is skipping rope good as cardio?"),
    ("Common mistakes in the dead lift?", "What errors are common in deadlifts?"),
    ("How heavy should a farmer's walk be?", "How heavy should I go in farmer's carries?"),
    ("Is 1,500 kcal a day enough?", "is 1500 calories daily enough"),
    ("Is 5 grams of creatine a day enough?", "Does 5g creatine per day suffice?"),
    ("Should I hold it for thirty seconds?", "is holding it 30 s right"),
    ("How do I train for a 5k?", "How to prepare for 5 km?"),
    ("How many minutes should I warm up?", "How long should a warm-up be?"),
    ("How many days a week should I train?", "How often per week should I train?"),
    ("How often should I train?", "How frequently should I train?"),
    ("How many grams of protein should I eat per day?", "How much protein should I eat daily?"),
    ("Do I need to stretch every day?", "Must I stretch every day?"),
    ("Why shouldn't I bounce in a stretch?", "why should I not bounce when stretching"),
    ("Which exercises should I avoid with osteoporosis?", "What is to be avoided in osteoporosis?"),
    ("Bodyweight exercises for the chest?", "Chest exercises without equipment?"),
    ("No-equipment exercises for the glutes?", "Exercises for the glutes without equipment?"),
    ("Can I train when I have a cold?", "Is training with a cold okay?"),
    ("Should people who have asthma run?", "Should people with asthma run?"),
    ("Can older adults build muscle?", "Is it possible for the elderly to gain muscle?"),
    ("How do I lose weight?", "What leads to weight loss?"),
    ("Is lifting weights good for teenagers?", "Is weight training good for teens?"),
    ("What should I eat before a workout?", "What is a good pre-workout meal?"),
    ("Can I drink coffee while running?", "Is coffee during a run okay?"),
    ("What can I do instead of squats?", "Which alternatives to squats are there?"),
    ("When should I take creatine?", "What time is right for creatine?"),
]


@pytest.mark.parametrize(("why", "asked", "known"), TRAPS, ids=[f"{one} / {two}" for _, one, two in TRAPS])
def test_an_answer_to_another_question_is_never_served(why: str, asked: str, known: str) -> None:
    assert why in (VETO.reason(asked, known) or "no veto")


@pytest.mark.parametrize(("asked", "known"), PARAPHRASES, ids=[f"{one} / {two}" for one, two in PARAPHRASES])
def test_the_same_question_in_other_words_may_share_an_answer(asked: str, known: str) -> None:
    assert VETO.reason(asked, known) is None


@pytest.mark.parametrize(("asked", "known"), [pair[-2:] for pair in TRAPS] + PARAPHRASES)
def test_the_order_of_two_questions_does_not_matter(asked: str, known: str) -> None:
    assert VETO.reason(asked, known) == VETO.reason(known, asked)
