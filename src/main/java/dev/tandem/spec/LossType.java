package dev.tandem.spec;

import java.util.EnumSet;
import java.util.Set;

/** What a preference run minimises, by TRL's keys; the equations are in {@code docs/glossary.md}. */
public enum LossType {
    SIGMOID,
    /** Ours: {@code sigmoid} under {@code label_smoothing}, which TRL's own {@code sigmoid} ignores. */
    CDPO,
    HINGE,
    IPO,
    EXO_PAIR,
    NCA_PAIR,
    ROBUST,
    BCO_PAIR,
    SPPO_HARD,
    AOT,
    AOT_UNPAIRED,
    APO_ZERO,
    APO_DOWN,
    DISCOPOP,
    SIGMOID_NORM,
    SFT,
    SIMPO,
    CPO,
    ORPO;

    /** Losses that were published without a reference. */
    static final Set<LossType> REFERENCE_FREE = EnumSet.of(SIMPO, CPO, ORPO);

    /** Losses that pull one side towards the reference by itself, so that its level matters and not only a difference. */
    static final Set<LossType> ANCHORED = EnumSet.of(NCA_PAIR, BCO_PAIR, SPPO_HARD, APO_ZERO, APO_DOWN);

    /** Losses with a probability that a label is wrong. */
    static final Set<LossType> SMOOTHED = EnumSet.of(CDPO, ROBUST, EXO_PAIR, AOT, AOT_UNPAIRED, CPO, SIMPO);

    /** Losses that see the log-ratios as they are, whatever the f-divergence. */
    static final Set<LossType> RAW = EnumSet.of(AOT, AOT_UNPAIRED, APO_ZERO, SFT, SIMPO, CPO, ORPO);

    /** Losses whose numbers belong to ranks among the pairs and to no pair. */
    static final Set<LossType> RANKED = EnumSet.of(AOT, AOT_UNPAIRED);

    /** Losses whose terms do not belong to one pair each, or that TRL cannot weigh. */
    static final Set<LossType> UNWEIGHED = EnumSet.of(HINGE, SFT, AOT, AOT_UNPAIRED, CPO, ORPO);
}
