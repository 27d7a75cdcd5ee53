package dev.lancet.tests.fuzz;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What is damaged. */
enum Kind {
    /** A frozen graph: found its layers, planned, cut, printed. */
    GRAPH(3),
    /** The graphs and signatures of a SavedModel: likewise. */
    SAVEDMODEL(3),
    /** The index of a checkpoint: every tensor is read. */
    BUNDLE(2),
    /** The header of safetensors: every array is read. */
    SAFETENSORS(2),
    /** The index of safetensors in shards. */
    SHARDS(1),
    /** A config.json of Hugging Face. */
    CONFIG(2),
    /** A llama2.c model. */
    LLAMA2C(1),
    /** The manifest of a Lancet model folder. */
    MANIFEST(1),
    /** The plan in a Lancet model folder. */
    PLAN(1),
    /** A tokenizer.json: a text there and back. */
    TOKENIZER(3),
    /** A llama2.c tokenizer: likewise. */
    TOKBIN(1),
    /** A tokenizer.json of the kinds that only the native library reads: a text there and back. */
    NATIVETOKENIZER(3),
    /** A recipe in JSON. */
    RECIPE(1),
    /** A plan in JSON by itself, as {@code lancet diff} reads it. */
    PLANFILE(1),
    /** The configuration and the arrays of an adapter of PEFT, opened for its model. */
    PEFT(2),
    /** TextFiles to train on: JSON lines, rows, and both packed and in archives. */
    CORPUS(2),
    /** Arrays of rows to calibrate on: NumPy's and safetensors. */
    CALIBRATION(2),
    /** The log of a training. */
    METRICS(1),
    /** The state of a training, which is taken up. */
    STATE(1),
    /** Rows with prompts and answers, and conversations: worded by a chat template and encoded. */
    EXAMPLES(2),
    /** The chat template of a model: it words a conversation. */
    CHATTEMPLATE(1),
    /** Rows with a text and its class. */
    CLASSES(1),
    /** A SavedModel that classifies: the names of its classes, and its signature. */
    CLASSIFIER(1),
    /** A folder for ONNX Runtime: it generates. */
    ONNX(1);

    private final int share;

    Kind(int share) {
        this.share = share;
    }

    /** The good files. */
    List<Sample> samples(Path scratch) throws IOException {
        Path folder = scratch.resolve(word());
        return switch (this) {
            case GRAPH -> Graphs.frozen(folder);
            case SAVEDMODEL -> Graphs.savedModels(folder);
            case BUNDLE -> Graphs.indices(folder);
            case SAFETENSORS -> Checkpoints.safetensors(folder);
            case SHARDS -> Checkpoints.shards(folder);
            case CONFIG -> Checkpoints.configs(folder);
            case LLAMA2C -> Checkpoints.llama2c(folder);
            case MANIFEST -> Checkpoints.manifest(folder);
            case PLAN -> Checkpoints.plan(folder);
            case TOKENIZER -> Tokenizers.huggingFace(folder);
            case TOKBIN -> Tokenizers.llama2c(folder);
            case NATIVETOKENIZER -> Tokenizers.nativeKinds(folder);
            case RECIPE -> TextFiles.recipes(folder);
            case PLANFILE -> TextFiles.plans(folder);
            case PEFT -> Checkpoints.adapters(folder);
            case CORPUS -> TextFiles.corpora(folder);
            case CALIBRATION -> ExampleArrayFiles.arrays(folder);
            case METRICS -> TextFiles.metrics(folder);
            case STATE -> TrainingStates.states(folder);
            case EXAMPLES -> PromptExamples.examples(folder);
            case CHATTEMPLATE -> PromptExamples.templates(folder);
            case CLASSES -> Classifiers.classes(folder);
            case CLASSIFIER -> Classifiers.classifiers(folder);
            case ONNX -> OnnxFolders.folders(folder);
        };
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
