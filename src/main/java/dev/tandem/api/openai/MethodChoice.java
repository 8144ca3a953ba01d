package dev.tandem.api.openai;

import dev.tandem.spec.Rules;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which method to train by, and its settings, which only the chosen one may have. */
public record MethodChoice(
        @Nullable String type,
        @Nullable Settings supervised,
        @Nullable Settings dpo,
        @Nullable Map<String, Object> reinforcement) {

    /** The settings of a method. */
    public record Settings(@Nullable Hyperparameters hyperparameters) {

        public static final Settings DEFAULTS = new Settings(null);
    }

    static final String SUPERVISED = "supervised";
    static final String DPO = "dpo";

    public static final MethodChoice DEFAULTS = new MethodChoice(SUPERVISED, null, null, null);

    public MethodChoice {
        boolean isDpo = DPO.equals(type);
        new Rules()
                .check(isDpo || SUPERVISED.equals(type), "type", "must be supervised or dpo", type)
                .check(reinforcement == null, "reinforcement", "is not supported; use supervised or dpo", "given")
                .check(!isDpo || supervised == null, SUPERVISED, "must be left out with type dpo", "given")
                .check(isDpo || dpo == null, DPO, "must be left out unless type is dpo", "given")
                .check(
                        supervised == null
                                || supervised.hyperparameters() == null
                                || Hyperparameters.isAuto(
                                        supervised.hyperparameters().beta()),
                        "supervised.hyperparameters.beta",
                        "belongs to method dpo and must be left out",
                        "given")
                .done();
    }

    boolean isDpo() {
        return DPO.equals(type);
    }

    /** Those of the chosen method, {@code "auto"} where nothing is said. */
    Hyperparameters hyperparameters() {
        Settings chosen = isDpo() ? dpo : supervised;
        return chosen == null || chosen.hyperparameters() == null ? Hyperparameters.DEFAULTS : chosen.hyperparameters();
    }

    /** The method of a request that names none. */
    static MethodChoice supervised(@Nullable Hyperparameters settings) {
        return new MethodChoice(SUPERVISED, new Settings(settings), null, null);
    }
}
