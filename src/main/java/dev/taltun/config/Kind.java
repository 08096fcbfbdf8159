package dev.taltun.config;

/** What may stand to the right of a key. */
enum Kind {
    TEXT("text in quotes"),
    TEXTS("text in quotes, or a list of such"),
    NUMBER("a whole number"),
    SWITCH("true or false");

    /** How a user would say it. */
    final String words;

    Kind(String words) {
        this.words = words;
    }
}
