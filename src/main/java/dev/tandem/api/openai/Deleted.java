package dev.tandem.api.openai;

/** What the deletion of something answers. */
record Deleted(String id, String object, boolean deleted) {

    Deleted(String id, String object) {
        this(id, object, true);
    }
}
