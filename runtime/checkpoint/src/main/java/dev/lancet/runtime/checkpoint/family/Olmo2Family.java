package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Residual;
import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.json.ConfigJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** OLMo-2: norms of what each half gives, and of all queries and of all keys together. */
final class Olmo2Family implements LlamaTensors {

    @Override
    public List<String> modelTypes() {
        return List.of("olmo2");
    }

    @Override
    public Transformer read(ConfigJson config, String modelType, String name) {
        DecoderConfig.requireFunction(config, "hidden_act", "silu");
        Norm norm = Norm.rmsNorm(config.number("rms_norm_eps").orElse(1e-5));
        return DecoderConfig.sizes(config, name, false)
                .attention(DecoderConfig.heads(config, true).wideQkNorm(norm))
                .feedForward(FeedForward.swiglu(config.requiredInteger("intermediate_size")))
                .norm(norm)
                .position(RotaryConfig.read(config))
                .residual(Residual.outputNorm())
                .build();
    }

    @Override
    public Optional<Map<String, Object>> write(Transformer transformer) {
        if (!(transformer.position() instanceof Position.Rotary rotary)) {
            return Optional.empty();
        }
        Map<String, Object> config = DecoderConfig.write(transformer, "Olmo2", "olmo2");
        config.put("hidden_act", "silu");
        RotaryConfig.write(rotary, config);
        return Optional.of(config);
    }
}
