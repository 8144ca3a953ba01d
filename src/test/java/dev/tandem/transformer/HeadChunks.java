package dev.tandem.transformer;

/** Models whose head computes another number of predictions at one time. */
public final class HeadChunks {

    private HeadChunks() {}

    public static LanguageModel of(LanguageModel model, int rows) {
        return new LanguageModel(model.decoder(), new LmHead(model.decoder(), rows), model.adapter());
    }
}
