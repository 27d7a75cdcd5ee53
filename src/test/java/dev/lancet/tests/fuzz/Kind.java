package dev.lancet.tests.fuzz;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What is damaged. */
enum Kind {
    /** A frozen graph: found its layers, planned, cut, printed. */
    GRAPH(3, Graphs::frozen),
    /** The graphs and signatures of a SavedModel: likewise. */
    SAVEDMODEL(3, Graphs::savedModels),
    /** The index of a checkpoint: every tensor is read. */
    BUNDLE(2, Graphs::indices),
    /** The header of safetensors: every array is read. */
    SAFETENSORS(2, Checkpoints::safetensors),
    /** The index of safetensors in shards. */
    SHARDS(1, Checkpoints::shards),
    /** A config.json of Hugging Face. */
    CONFIG(2, Checkpoints::configs),
    /** A llama2.c model. */
    LLAMA2C(1, Checkpoints::llama2c),
    /** The manifest of a Lancet model folder. */
    MANIFEST(1, Checkpoints::manifest),
    /** The plan in a Lancet model folder. */
    PLAN(1, Checkpoints::plan),
    /** A tokenizer.json: a text there and back. */
    TOKENIZER(3, Tokenizers::huggingFace),
    /** A llama2.c tokenizer: likewise. */
    TOKBIN(1, Tokenizers::llama2c);

    private final int share;
    private final Making making;

    Kind(int share, Making making) {
        this.share = share;
        this.making = making;
    }

    private interface Making {
        List<Sample> in(Path scratch) throws IOException;
    }

    /** The good files. */
    List<Sample> samples(Path scratch) throws IOException {
        return making.in(scratch.resolve(word()));
    }

    /** How many of some cases are of this kind. */
    int cases(int all) {
        int shares = 0;
        for (Kind kind : values()) {
            shares += kind.share;
        }
        return Math.max(1, Math.round((float) all * share / shares));
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
