package dev.tandem.transformer;

/** Models whose head computes another number of predictions and words at one time. */
public final class HeadChunks {

    private HeadChunks() {}

    /** @param words seen at one time at least */
    public static LanguageModel of(LanguageModel model, int rows, int words) {
        int chunk = words * Math.max(rows, model.config().hiddenSize());
        return new LanguageModel(model.decoder(), new LmHead(model.decoder(), rows, chunk), model.adapter());
    }
}
