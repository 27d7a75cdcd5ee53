package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Head;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Residual;
import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.json.ConfigJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Granite: LLaMA with factors of the embedding, of the scores of attention, of what a half adds, and of the logits. */
final class GraniteFamily implements LlamaTensors {

    @Override
    public List<String> modelTypes() {
        return List.of("granite");
    }

    @Override
    public Transformer read(ConfigJson config, String modelType, String name) {
        DecoderConfig.requireFunction(config, "hidden_act", "silu");
        return DecoderConfig.sizes(config, name, false)
                .attention(
                        DecoderConfig.scaled(DecoderConfig.heads(config, true), factor(config, "attention_multiplier")))
                .feedForward(FeedForward.swiglu(config.requiredInteger("intermediate_size"))
                        .bias(config.flag("mlp_bias").orElse(false)))
                .norm(Norm.rmsNorm(config.number("rms_norm_eps").orElse(1e-6)))
                .position(RotaryConfig.read(config))
                .residual(Residual.preNorm().scale(factor(config, "residual_multiplier")))
                .embeddingScale(factor(config, "embedding_multiplier"))
                .head(Head.nextToken().scale(1 / factor(config, "logits_scaling")))
                .build();
    }

    private static double factor(ConfigJson config, String key) {
        return config.number(key).orElse(1.0);
    }

    @Override
    public Optional<Map<String, Object>> write(Transformer transformer) {
        if (!(transformer.position() instanceof Position.Rotary rotary)
                || !(transformer.head() instanceof Head.NextToken head)) {
            return Optional.empty();
        }
        Map<String, Object> config = DecoderConfig.write(transformer, "Granite", "granite");
        config.put("hidden_act", "silu");
        config.put("mlp_bias", transformer.feedForward().bias());
        RotaryConfig.write(rotary, config);
        config.put("attention_multiplier", transformer.attention().scoreFactor());
        config.put("residual_multiplier", transformer.residual().scale());
        config.put("embedding_multiplier", transformer.embedding().scale());
        config.put("logits_scaling", DecoderConfig.divisor(head.scale()));
        return Optional.of(config);
    }
}
