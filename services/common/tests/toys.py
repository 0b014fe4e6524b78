"""Unrelated data sets, made up, to test services with.

PLANTS has the format's first version, all others the second: BIKES every kind of column under names that are hard to
carry, LOANS two classes, PETS three. Each column has the weights of an additive model, one for each class.
"""

PLANTS = {
    "model": "plants",
    "target": {"name": "height", "unit": "centimetres", "description": "Height after a year."},
    "columns": [
        {"name": "light", "type": "number", "unit": "hours", "description": "Light a day.",
         "minimum": 0, "maximum": 24, "required": True, "example": 7.5, "weight": 2.0},
        {"name": "water", "type": "integer", "unit": "millilitres", "description": "Water a day.",
         "minimum": 10, "maximum": 500, "required": True, "example": 100, "weight": 0.25},
        {"name": "species", "type": "category", "unit": None, "description": "Kind of plant.",
         "categories": ["fern", "moss", "rosé"], "required": True, "example": "fern",
         "weights": {"fern": 30.0, "moss": 1.0, "rosé": 12.5}},
    ],
}  # fmt: skip
BIKES = {
    "model": "bikes",
    "version": 2,
    "target": {"name": "rentals", "unit": "bikes", "description": "Bikes rented in an hour."},
    "columns": [
        {"name": "weather", "type": "category", "unit": None, "description": "The sky.",
         "categories": ["dry", "wet"], "required": False, "example": "dry",
         "weights": {"dry": 80.0, "wet": 15.0, "": 40.0}},
        {"name": "temperature", "type": "number", "unit": "°C", "description": "Air.",
         "minimum": -30, "maximum": 45, "required": False, "example": 21.5, "weight": 1.5},
        {"name": "hour", "type": "integer", "unit": "hour", "description": "Hour of the day.",
         "minimum": 0, "maximum": 23, "required": True, "example": 17, "weight": 3.0},
        {"name": "prediction", "type": "boolean", "description": "Whether the radio foretold rain.",
         "required": True, "example": True, "weight": -4.0, "label": "Rain foretold", "group": "The radio"},
        {"name": "day/of the ride.", "type": "date", "description": "The day.", "minimum": "2020-01-01",
         "maximum": "2029-12-31", "required": False, "example": "2026-01-31", "weight": 0.001},
        {"name": "größe", "type": "timestamp", "description": "The hour of the order.", "required": True,
         "minimum": "2020-01-01T00:00:00Z", "maximum": "2029-12-31T23:59:59Z", "example": "2026-01-31T12:00:00Z",
         "weight": 1e-8},
        {"name": "features", "type": "category", "description": "The town.", "open": True, "required": False,
         "categories": ["Bonn", "Köln"], "example": "Bonn", "weights": {"Bonn": 2.0, "Köln": 7.0, "": 1.0}},
    ],
}  # fmt: skip
LOANS = {
    "model": "loans",
    "version": 2,
    "task": "binary",
    "target": {"name": "outcome", "description": "What became of it.", "categories": ["repaid", "lost"],
               "positive": "lost", "label": "Fate of the loan", "names": {"lost": "Not paid back"}},
    "decision": {"threshold": 0.3},
    "columns": [
        {"name": "income", "type": "number", "unit": "euros", "description": "A month.", "minimum": 0,
         "maximum": 9000, "required": True, "example": 2500.5, "weight": [0.0, -0.0005],
         "group": "Money", "format": {"currency": "EUR", "digits": 2}},
        {"name": "owner", "type": "boolean", "description": "Of a house.", "required": False, "example": False,
         "weight": [0.0, -1.0]},
        {"name": "trade", "type": "category", "description": "What they do.", "open": True, "required": True,
         "categories": ["baker", "smith"], "example": "smith",
         "weights": {"baker": [0.0, 1.5], "smith": [0.0, 0.5], "": [0.0, 0.0]}},
    ],
}  # fmt: skip
PETS = {
    "model": "pets",
    "version": 2,
    "task": "multiclass",
    "target": {"name": "animal", "description": "Which it is.", "categories": ["cat", "dog", "eel, or the like"]},
    "decision": {"costs": {"cat": {"dog": 1.0}, "dog": {"cat": 5.0, "eel, or the like": 1.0},
                           "eel, or the like": {"cat": 1.0, "dog": 1.0}}},
    "columns": [
        {"name": "weight", "type": "number", "unit": "kilogrammes", "description": "Of the animal.", "minimum": 0,
         "maximum": 90, "required": True, "example": 4.0, "weight": [-0.05, 0.05, -0.2]},
        {"name": "born", "type": "date", "description": "When.", "minimum": "2000-01-01", "maximum": "2029-12-31",
         "required": False, "example": "2020-02-29", "weight": [0.0, 0.0001, 0.0]},
        {"name": "fur", "type": "category", "description": "What covers it.", "categories": ["long", "short", "no"],
         "required": False, "example": "short",
         "weights": {"long": [1.0, 0.5, -3.0], "short": [0.5, 1.0, -3.0], "no": [-1.0, -1.0, 2.0], "": [0, 0, 0]}},
    ],
}  # fmt: skip
BASE = 100.0  # keeps every prediction above zero, so that the interval contains it
TREES_FROM = {"plants": "light", "bikes": "hour"}  # the column of the toy's one split
SET_THRESHOLD = 0.75
