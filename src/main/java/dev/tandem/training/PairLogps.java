package dev.tandem.training;

import ai.djl.ndarray.NDArray;

/**
 * Log-probabilities of each completion, summed over its tokens; every array has shape (B). Names as in the reference
 * DPO code, see docs/glossary.md.
 */
record PairLogps(NDArray policyChosen, NDArray policyRejected, NDArray referenceChosen, NDArray referenceRejected) {

    NDArray chosenLogratios() {
        return policyChosen.sub(referenceChosen);
    }

    NDArray rejectedLogratios() {
        return policyRejected.sub(referenceRejected);
    }

    /** h of the DPO paper: how much more the policy favours chosen over rejected than the reference does. */
    NDArray delta() {
        return chosenLogratios().sub(rejectedLogratios());
    }
}
