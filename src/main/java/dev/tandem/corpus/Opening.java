package dev.tandem.corpus;

import java.util.List;
import java.util.Random;

/** How a review begins: without a word on whether the film is any good. */
record Opening(String text, Ending ending) {

    /** What an opening ends with, and so what may follow. */
    enum Ending {
        SENTENCE,
        FILM_IS,
        IT_WAS,
        ASPECT,
        DIRECTOR
    }

    private static final List<String> GENRES = List.of(
            "thriller",
            "comedy",
            "drama",
            "western",
            "romance",
            "mystery",
            "musical",
            "documentary",
            "war film",
            "road movie");

    private static final List<String> TOPICS = List.of(
            "a lost ship",
            "two brothers",
            "a small town",
            "a retired teacher",
            "the last train",
            "a jazz singer",
            "an old detective",
            "a summer by the sea",
            "a bank robbery",
            "a family dinner",
            "a chess player",
            "the first winter",
            "a broken radio",
            "a village doctor",
            "a long road",
            "three sisters");

    /** Films that no preference pair to train on speaks of. */
    private static final List<String> HELD_OUT_TOPICS =
            List.of("a young painter", "an empty house", "a lighthouse keeper", "a failed magician", "a secret letter");

    private static final List<String> TIMES = List.of(
            "last night",
            "on Sunday",
            "yesterday evening",
            "at the festival",
            "on a long flight",
            "with my sister",
            "with two friends",
            "after work");

    /** Any opening. */
    static Opening any(Random random) {
        return random.nextInt(TOPICS.size() + HELD_OUT_TOPICS.size()) < TOPICS.size()
                ? toTrainOn(random)
                : heldOut(random);
    }

    static Opening toTrainOn(Random random) {
        return about(Pick.from(TOPICS, random), random);
    }

    static Opening heldOut(Random random) {
        return about(Pick.from(HELD_OUT_TOPICS, random), random);
    }

    private static Opening about(String topic, Random random) {
        String film = Pick.from(GENRES, random) + " about " + topic;
        String time = Pick.from(TIMES, random);
        return switch (Pick.from(List.of(Ending.values()), random)) {
            case SENTENCE -> new Opening("I watched this %s %s.".formatted(film, time), Ending.SENTENCE);
            case FILM_IS -> new Opening("This %s is".formatted(film), Ending.FILM_IS);
            case IT_WAS -> new Opening("We saw a %s %s, and it was".formatted(film, time), Ending.IT_WAS);
            case ASPECT ->
                new Opening(
                        "The %s in this %s".formatted(Pick.from(Continuation.ASPECTS, random), film), Ending.ASPECT);
            case DIRECTOR -> new Opening("I saw this %s %s. The director".formatted(film, time), Ending.DIRECTOR);
        };
    }
}
