package dev.tandem.training.loss;

import ai.djl.ndarray.NDArray;
import dev.tandem.spec.LossType;
import dev.tandem.spec.TrainingSpec;

/** What a preference run minimises: one number per pair, shape (B), whose mean is the loss of a micro-batch. */
public sealed interface PreferenceLoss permits DeltaLoss, AnchoredLoss, TransportLoss, ReferenceFreeLoss, Likelihood {

    NDArray perPair(Pairs pairs);

    /** Whether the number of a pair depends on the pairs beside it. */
    default boolean couplesPairs() {
        return false;
    }

    static PreferenceLoss of(LossType type, TrainingSpec spec) {
        double beta = spec.beta();
        double epsilon = spec.labelSmoothing();
        return switch (type) {
            case SIGMOID -> new DeltaLoss.Sigmoid(beta);
            case CDPO -> new DeltaLoss.Conservative(beta, epsilon);
            case ROBUST -> new DeltaLoss.Robust(beta, epsilon);
            case HINGE -> new DeltaLoss.Hinge(beta);
            case IPO -> new DeltaLoss.Ipo(beta);
            case EXO_PAIR -> new DeltaLoss.ExoPair(beta, epsilon);
            case DISCOPOP -> new DeltaLoss.Discopop(beta, spec.discopopTau());
            case SIGMOID_NORM -> new DeltaLoss.SigmoidNorm(beta);
            case NCA_PAIR -> new AnchoredLoss.NcaPair(beta);
            case BCO_PAIR -> new AnchoredLoss.BcoPair(beta);
            case SPPO_HARD -> new AnchoredLoss.SppoHard(beta);
            case APO_ZERO -> new AnchoredLoss.ApoZero(beta);
            case APO_DOWN -> new AnchoredLoss.ApoDown(beta);
            case AOT -> new TransportLoss.Aot(beta, epsilon);
            case AOT_UNPAIRED -> new TransportLoss.AotUnpaired(beta, epsilon);
            case SIMPO -> new ReferenceFreeLoss.Simpo(beta, spec.simpoGamma(), epsilon);
            case CPO -> new ReferenceFreeLoss.Cpo(beta, spec.cpoAlpha(), epsilon);
            case ORPO -> new ReferenceFreeLoss.Orpo(beta);
            case SFT -> new Likelihood();
        };
    }
}
