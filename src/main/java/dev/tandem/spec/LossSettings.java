package dev.tandem.spec;

import static dev.tandem.spec.LossType.CDPO;
import static dev.tandem.spec.LossType.CPO;
import static dev.tandem.spec.LossType.DISCOPOP;
import static dev.tandem.spec.LossType.EXO_PAIR;
import static dev.tandem.spec.LossType.ROBUST;
import static dev.tandem.spec.LossType.SFT;
import static dev.tandem.spec.LossType.SIMPO;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The fields of {@link TrainingSpec} that make up the loss, and the rules between them. What TRL refuses, or what
 * contradicts itself, is refused; what TRL takes and leaves without effect is taken, and told by {@link #withoutEffect}.
 */
record LossSettings(
        List<LossType> types,
        @Nullable List<Double> weights,
        double labelSmoothing,
        FDivergence divergence,
        double alpha,
        @Nullable Double ldAlpha,
        boolean weighting,
        double tau,
        boolean referenceFree,
        double cpoAlpha,
        double simpoGamma) {

    private static final double DEFAULT_ALPHA = 0.5;
    private static final double DEFAULT_TAU = 0.05;
    private static final double DEFAULT_CPO_ALPHA = 1;
    private static final double DEFAULT_GAMMA = 0.5;

    void check(Rules rules) {
        rules.check(!types.isEmpty(), "loss_type", "must name at least one loss", types)
                .check(
                        weights == null || weights.size() == types.size(),
                        "loss_weights",
                        "must have one weight for each of the losses " + words(types),
                        weights)
                .check(
                        weights == null || weights.stream().allMatch(Double::isFinite),
                        "loss_weights",
                        "must be finite numbers",
                        weights)
                .check(Double.isFinite(alpha), "f_alpha_divergence_coef", "must be a finite number", alpha)
                .positive("discopop_tau", tau)
                .check(
                        ldAlpha == null || ldAlpha >= 0 && ldAlpha <= 1,
                        "ld_alpha",
                        "must be from 0 to 1, or null for plain sums",
                        ldAlpha)
                .notNegative("cpo_alpha", cpoAlpha)
                .check(Double.isFinite(simpoGamma), "simpo_gamma", "must be a finite number", simpoGamma);
        checkSmoothing(rules);
        checkReference(rules);
        Set<LossType> unweighed = among(LossType.UNWEIGHED);
        rules.check(
                !weighting || unweighed.isEmpty(),
                "use_weighting",
                "weighs each pair by itself, which %s cannot, nor can they in TRL; leave it out or choose another loss_type"
                        .formatted(words(unweighed)),
                weighting);
        rules.check(
                !types.contains(SIMPO) || types.contains(CPO) || cpoAlpha == DEFAULT_CPO_ALPHA || cpoAlpha == 0,
                "cpo_alpha",
                "weighs the likelihood term of cpo, and simpo has none; for CPO-SimPO use loss_type [\"simpo\", \"sft\"] with loss_weights [1, %s]"
                        .formatted(cpoAlpha),
                cpoAlpha);
    }

    private void checkSmoothing(Rules rules) {
        rules.belowOne("label_smoothing", labelSmoothing)
                .check(
                        !types.contains(EXO_PAIR) || labelSmoothing > 0,
                        "label_smoothing",
                        "must be greater than 0 for exo_pair, whose paper recommends 0.001",
                        labelSmoothing)
                .check(
                        !types.contains(ROBUST) && !types.contains(CDPO) || labelSmoothing < 0.5,
                        "label_smoothing",
                        "must be less than 0.5 for robust and cdpo: at 0.5 the labels say nothing",
                        labelSmoothing);
    }

    private void checkReference(Rules rules) {
        Set<LossType> anchored = among(LossType.ANCHORED);
        Set<LossType> ownWay = among(LossType.REFERENCE_FREE);
        rules.check(
                        !referenceFree || anchored.isEmpty(),
                        "reference_free",
                        "cannot be with %s, which compare one answer with the reference; choose a loss of the difference between two answers, such as sigmoid"
                                .formatted(words(anchored)),
                        referenceFree)
                .check(
                        !referenceFree || divergence == FDivergence.REVERSE_KL,
                        "f_divergence_type",
                        "must be reverse_kl with reference_free: without a reference nothing diverges",
                        word(divergence))
                .check(
                        ldAlpha == null || ownWay.isEmpty(),
                        "ld_alpha",
                        "is not defined for %s; leave it out".formatted(words(ownWay)),
                        ldAlpha);
    }

    /** SFT alone needs none for its loss, but TRL reports its rewards against one. */
    boolean usesReference() {
        boolean published = !among(LossType.REFERENCE_FREE).isEmpty()
                && types.stream().allMatch(t -> t == SFT || LossType.REFERENCE_FREE.contains(t));
        return !referenceFree && !published;
    }

    /** The first loss of its kind decides. */
    boolean rewardsPerToken() {
        return types.stream()
                .filter(LossType.REFERENCE_FREE::contains)
                .findFirst()
                .map(first -> first != CPO)
                .orElse(false);
    }

    /** Options that are set to something and change nothing, as TRL would take them without a word. */
    List<FieldProblem> withoutEffect() {
        var unused = new ArrayList<FieldProblem>();
        if (labelSmoothing > 0) {
            Set<LossType> untouched = untouched(except(LossType.SMOOTHED));
            add(unused, untouched, "label_smoothing", "loss_type cdpo is sigmoid with label smoothing");
        }
        if (divergence != FDivergence.REVERSE_KL) {
            add(
                    unused,
                    untouched(LossType.RAW),
                    "f_divergence_type",
                    "only losses of reward differences and of single rewards have one");
        }
        if (alpha != DEFAULT_ALPHA && divergence != FDivergence.ALPHA_DIVERGENCE) {
            unused.add(noEffect("f_alpha_divergence_coef", word(divergence), "set f_divergence_type alpha_divergence"));
        }
        if (tau != DEFAULT_TAU && !types.contains(DISCOPOP)) {
            unused.add(noEffect("discopop_tau", words(types), "only discopop has it"));
        }
        if (simpoGamma != DEFAULT_GAMMA && !types.contains(SIMPO)) {
            unused.add(noEffect("simpo_gamma", words(types), "only simpo has it"));
        }
        if (cpoAlpha != DEFAULT_CPO_ALPHA && !types.contains(CPO) && !types.contains(SIMPO)) {
            unused.add(noEffect("cpo_alpha", words(types), "only cpo has it"));
        }
        if (ldAlpha != null && types.stream().allMatch(t -> t == SFT)) {
            unused.add(noEffect("ld_alpha", words(types), "it is a plain mean over tokens"));
        }
        return unused;
    }

    private static void add(List<FieldProblem> unused, Set<LossType> losses, String field, String why) {
        if (!losses.isEmpty()) {
            unused.add(noEffect(field, words(losses), why));
        }
    }

    /** A likelihood term beside a loss that an option does act on is no surprise. */
    private Set<LossType> untouched(Set<LossType> deaf) {
        Set<LossType> untouched = among(deaf);
        if (!Set.copyOf(types).equals(untouched)) {
            untouched.remove(SFT);
        }
        return untouched;
    }

    private static FieldProblem noEffect(String field, String on, String why) {
        return new FieldProblem(field, "no_effect", "%s has no effect on %s; %s".formatted(field, on, why));
    }

    private Set<LossType> among(Set<LossType> set) {
        return types.stream().filter(set::contains).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Set<LossType> except(Set<LossType> set) {
        return EnumSet.complementOf(EnumSet.copyOf(set));
    }

    private static String words(Collection<LossType> losses) {
        return losses.stream().map(LossSettings::word).collect(Collectors.joining(", "));
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
