"""The closed lists of the bank, in one place: whatever is not named here is a spelling mistake."""

SECTORS = ("any", "retail", "hospitality", "health_care", "financial_services", "travel")

CHANNELS = ("counter", "floor", "phone", "chat", "email", "table", "ward", "visit", "desk", "social")

MOMENTS = (
    "first-sentences",
    "listening",
    "own-emotions",
    "anchoring",
    "ownership",
    "authenticity",
    "understand-first",
    "personal-service",
    "curiosity",
    "empathy-no-remedy",
    "letting-off-steam",
    "softening",
    "public-scene",
    "common-ground",
    "refuses-help",
    "wrong-expectation",
    "our-mistake",
    "recovery-now",
    "rule-in-the-way",
    "outside-the-rule",
    "interruption",
    "two-at-once",
    "regular-customer",
    "internal-customer",
    "technology-fails",
    "public-review",
    "colleague-promise",
    "doubtful-claim",
    "silence-summary",
    "escalation",
    "farewell",
)

# draft: not given. trial: given; reviewed, no pilot data. live: at least 100 sittings and reviewers other
# than the author. retired: given no more, kept for old results.
DRAFT = "draft"
STATUSES = (DRAFT, "trial", "live", "retired")
GIVEN = ("trial", "live")

# What a reader looks at before an item is given.
REVIEW_KINDS = ("key", "desirability", "hired", "without-situation", "sensitivity", "language")

# Where on the line between two poles somebody's answers lie.
ENDS = ("low", "middle", "high")

# Why a question is put in an interview: the answers leave a person lower than the role asks for, or higher, or open
# to both sides; or it is put to everybody, so that people can be compared.
CONCERNS = ("low", "high", "uncertain")
EVERYBODY = "everybody"

# Where a number of a role profile comes from, weakest first.
EVIDENCE_LABELS = ("opinion", "expert panel", "own data")
