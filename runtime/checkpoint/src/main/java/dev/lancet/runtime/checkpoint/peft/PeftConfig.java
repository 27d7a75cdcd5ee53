package dev.lancet.runtime.checkpoint.peft;

import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.json.ConfigJson;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Reads {@code adapter_config.json}: the rank and the strength of each layer's adapter. */
final class PeftConfig {

    /** The supported keys of a pattern: a layer's name or its end. PEFT allows any regular expression. */
    private static final Pattern PLAIN = Pattern.compile("\\^?[A-Za-z0-9_.]{1,200}\\$?");

    /** The settings for kinds of LoRA that compute something else. */
    private static final List<String> OTHERS = List.of("use_qalora", "use_bdlora", "lora_bias");

    /** The beginnings of adapters that leave the matrix of a layer as it is. */
    private static final Pattern UNCHANGED = Pattern.compile("gaussian|eva|orthogonal|default|true|false");

    private static final String PRINCIPAL = "pissa";

    private final ConfigJson config;

    private PeftConfig(ConfigJson config) {
        this.config = config;
    }

    static PeftConfig read(Path file) {
        ConfigJson config = ConfigJson.read(file);
        String type = config.requiredText("peft_type");
        if (!type.equals("LORA")) {
            throw config.unsupported("peft_type", type, "LORA");
        }
        for (String key : OTHERS) {
            if (config.flag(key).orElse(false)) {
                throw config.unsupported(key, true, "false");
            }
        }
        config.text("bias").filter(bias -> !bias.equals("none")).ifPresent(bias -> {
            throw config.unsupported("bias", bias, "none");
        });
        for (String key : List.of("layer_replication", "trainable_token_indices", "target_parameters")) {
            config.find(key).filter(value -> !value.isEmpty()).ifPresent(value -> {
                throw config.unsupported(key, value, "null");
            });
        }
        config.find("init_lora_weights")
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .filter(start ->
                        !start.equals(PRINCIPAL) && !UNCHANGED.matcher(start).matches())
                .ifPresent(start -> {
                    throw config.unsupported(
                            "init_lora_weights",
                            start,
                            "true or pissa; save the adapter with path_initial_model_for_weight_conversion");
                });
        return new PeftConfig(config);
    }

    private boolean principal() {
        return config.find("init_lora_weights")
                .filter(start -> start.isString() && start.stringValue().equals(PRINCIPAL))
                .isPresent();
    }

    /** Whether the file also has whole modules. */
    boolean savesModules() {
        return config.find("modules_to_save").filter(value -> !value.isEmpty()).isPresent();
    }

    /** The adapter of a layer, whose arrays have this rank. */
    Adapter adapter(String module, int rank) {
        int said = matching("rank_pattern", module)
                .flatMap(key -> pattern("rank_pattern").integer(key))
                .orElseGet(() -> config.requiredInteger("r"));
        if (said != rank) {
            throw new LancetException(config.file() + ": gives " + module + " rank " + said
                    + ", but its arrays have rank " + rank + "; use files of the same adapter");
        }
        double alpha = matching("alpha_pattern", module)
                .flatMap(key -> pattern("alpha_pattern").number(key))
                .orElseGet(() -> config.requiredNumber("lora_alpha"));
        try {
            Adapter.Lora lora = Adapter.lora(rank).alpha(alpha);
            lora = config.flag("use_rslora").orElse(false) ? lora.stabilised() : lora;
            lora = config.flag("use_dora").orElse(false) ? lora.dora() : lora;
            lora = principal() ? lora.pissa() : lora;
            return lora.dropout(config.number("lora_dropout").orElse(0.0));
        } catch (IllegalArgumentException wrong) {
            throw new LancetException(config.file() + ": " + wrong.getMessage(), wrong);
        }
    }

    private ConfigJson pattern(String name) {
        return config.object(name).orElseThrow(() -> config.missing(name));
    }

    /** The first key that matches a layer, by PEFT's rule: the whole name, or its end after a dot. */
    private Optional<String> matching(String name, String module) {
        Optional<ConfigJson> keys = config.object(name);
        if (keys.isEmpty()) {
            return Optional.empty();
        }
        for (String key : keys.get().node().propertyNames()) {
            if (!PLAIN.matcher(key).matches()) {
                throw keys.get().unsupported(key, "a regular expression", "the name of a layer, or its end");
            }
            String plain = key.replaceAll("[\\^$]", "");
            if (module.equals(plain) || (!key.startsWith("^") && module.endsWith("." + plain))) {
                return Optional.of(key);
            }
        }
        return Optional.empty();
    }
}
