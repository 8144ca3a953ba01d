package dev.tandem.estimates;

/** Too many datasets are being tokenized; the same request will do later. */
public final class EstimatesBusy extends RuntimeException {

    private static final long serialVersionUID = 1L;

    EstimatesBusy(int atOnce) {
        super("%d estimates are being made, which is as many as there may be at one time; send the request again later"
                .formatted(atOnce));
    }
}
