package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.json.ConfigJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** LLaMA, Mistral, Qwen2 and Qwen3. */
final class LlamaFamily implements LlamaTensors {

    @Override
    public List<String> modelTypes() {
        return List.of("llama", "mistral", "qwen2", "qwen3");
    }

    @Override
    public Transformer read(ConfigJson config, String modelType, String name) {
        return LlamaConfig.read(config, modelType, name);
    }

    @Override
    public Optional<Map<String, Object>> write(Transformer transformer) {
        return LlamaConfig.write(transformer);
    }
}
