package dev.lancet.tests.blueprint;

import dev.lancet.dsl.Transformer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Tensor;

/** A decoding form that is fed with what came out of its caches. */
final class Decoder {

    private final Transformer model;
    private final Running decoding;
    private final int batch;
    private final List<String> names = new ArrayList<>();
    private final Map<String, float[]> cache = new HashMap<>();
    private int past;

    Decoder(Transformer model, Running decoding, int batch) {
        this.model = model;
        this.decoding = decoding;
        this.batch = batch;
        for (int block = 0; block < model.layers(); block++) {
            names.add("cache." + block + ".k");
            names.add("cache." + block + ".v");
        }
        names.forEach(name -> cache.put(name, new float[0]));
    }

    /** The logits after more tokens, {@code [batch, new]}. */
    float[] next(int[] ids) {
        Map<String, Tensor> feeds = new HashMap<>();
        feeds.put("ids", Running.ints(ids, batch, ids.length / batch));
        feeds.put("past", Running.ints(new int[] {past}));
        long kv = model.attention().kvHeads();
        long width = model.attention().headWidth();
        cache.forEach((name, values) -> feeds.put(name, Running.floats(values, batch, kv, past, width)));
        List<String> fetches = new ArrayList<>(List.of("logits"));
        names.forEach(name -> fetches.add(name + ".next"));
        try {
            List<float[]> out = decoding.floats(feeds, fetches.toArray(String[]::new));
            for (int i = 0; i < names.size(); i++) {
                cache.put(names.get(i), out.get(i + 1));
            }
            past += ids.length / batch;
            return out.get(0);
        } finally {
            feeds.values().forEach(Tensor::close);
        }
    }
}
