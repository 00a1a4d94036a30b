"""What is asked for, and when."""

from __future__ import annotations

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
CALENDAR = """
monday
tuesday
wednesday
thursday
friday
saturday
sunday
january
february
april
june
july
august
september
october
november
december
spring
summer
autumn
winter
christmas
easter
ramadan
"""
"""Days, months and seasons whose names mean nothing else."""
