package dev.lancet.runtime.onnx;

import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.onnx.layer.DecoderLayers;
import dev.lancet.runtime.onnx.layer.DecoderSignature;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The {@code genai_config.json} from which ONNX Runtime GenAI learns what a model's inputs and outputs are. */
final class GenAiConfig {

    static final String FILE = "genai_config.json";

    /** Stands for the number of a layer. */
    private static final String EACH = "%d";

    private GenAiConfig() {}

    static Map<String, Object> of(Transformer transformer, boolean portable, Optional<Path> tokenizer) {
        Map<String, Object> model = new LinkedHashMap<>();
        tokenizer.ifPresent(file -> {
            try (Tokenizer opened = Tokenizer.open(file)) {
                put(model, "bos_token_id", opened.begin());
                put(model, "eos_token_id", opened.end());
                put(model, "pad_token_id", opened.end());
            }
        });
        model.put("context_length", transformer.context());
        model.put("vocab_size", transformer.vocabulary());
        model.put("type", transformer.position() instanceof Position.Learned ? "gpt2" : "llama");
        model.put("decoder", decoder(transformer, portable));
        Map<String, Object> search = new LinkedHashMap<>();
        search.put("do_sample", false);
        search.put("max_length", transformer.context());
        search.put("num_beams", 1);
        search.put("past_present_share_buffer", !DecoderLayers.cacheGrows(transformer, portable));
        search.put("repetition_penalty", 1.0);
        search.put("temperature", 1.0);
        search.put("top_p", 1.0);
        return ordered("model", model, "search", search);
    }

    private static Map<String, Object> decoder(Transformer transformer, boolean portable) {
        Map<String, Object> inputs =
                ordered("input_ids", DecoderSignature.IDS, "attention_mask", DecoderSignature.MASK);
        if (DecoderSignature.positions(transformer, portable)) {
            inputs.put("position_ids", DecoderSignature.POSITIONS);
        }
        inputs.put("past_key_names", DecoderSignature.past(EACH, "key"));
        inputs.put("past_value_names", DecoderSignature.past(EACH, "value"));
        Map<String, Object> outputs =
                ordered("logits", DecoderSignature.LOGITS, "present_key_names", DecoderSignature.present(EACH, "key"));
        outputs.put("present_value_names", DecoderSignature.present(EACH, "value"));
        Map<String, Object> decoder = ordered(
                "session_options",
                ordered("log_id", "onnxruntime-genai", "provider_options", List.of()),
                "filename",
                OnnxFiles.GRAPH);
        decoder.put("head_size", transformer.attention().headWidth());
        decoder.put("hidden_size", transformer.width());
        decoder.put("inputs", inputs);
        decoder.put("outputs", outputs);
        decoder.put("num_attention_heads", transformer.attention().heads());
        decoder.put("num_hidden_layers", transformer.layers());
        decoder.put("num_key_value_heads", transformer.attention().kvHeads());
        return decoder;
    }

    private static void put(Map<String, Object> model, String key, OptionalInt id) {
        if (id.isPresent()) {
            model.put(key, id.getAsInt());
        }
    }

    private static Map<String, Object> ordered(String first, Object one, String second, Object two) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(first, one);
        map.put(second, two);
        return map;
    }
}
