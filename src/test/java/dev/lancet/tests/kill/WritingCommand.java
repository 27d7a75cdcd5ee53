package dev.lancet.tests.kill;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A command that writes: its arguments, what it writes, and whether it can continue. */
enum WritingCommand {
    TOKENIZER("tokenizer IN/text.txt --vocabulary 400 --out OUT/tokenizer.json", false),
    CORPUS("corpus IN/text.txt --vocabulary 300 --hold-out 0.1 --out OUT/corpora", false),
    COMPRESS("compress IN/model --ratio 0.5 --bits 4 --out OUT/small", true),
    RECOVER(
            "compress IN/model --ratio 0.5 --calibrate IN/text.txt --window 16 --samples 24 --no-cache --recover 20000"
                    + " --out OUT/small",
            true),
    GRAPH("compress IN/graph --bits 8 --out OUT/small", true),
    FROZEN("compress IN/graph --bits 8 --out OUT/small.pb", true),
    MERGE("merge IN/model IN/adapter --out OUT/merged", false),
    EXPORT("export IN/model --adapter IN/adapter --format onnx --out OUT/exported", false),
    GGUF("export IN/model --adapter IN/adapter --format gguf --out OUT/exported.gguf", false),
    TRAIN("train OUT/Killed.java --out OUT/training --candidate one", true),
    TUNE(
            "tune IN/model --data IN/text.txt --steps 120 --batch 2 --sequence 16 --rank 4 --bits 8 --out OUT/tuned",
            true),
    CLASSIFY(
            "tune IN/classifier --task classify --data IN/classes.csv --tokenizer IN/tokenizer.json --train adapters --rank 2"
                    + " --steps 24 --batch 8 --sequence 16 --validate-every 8 --out OUT/tuned",
            true),
    RUN("run OUT/Killed.java", true);

    private final String arguments;
    private final boolean resumable;

    WritingCommand(String arguments, boolean resumable) {
        this.arguments = arguments;
        this.resumable = resumable;
    }

    /** Its name on the command line of the kill test. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it takes {@code --resume}. */
    boolean resumable() {
        return resumable;
    }

    /**
     * Its arguments.
     *
     * @param inputs the folder that it reads from
     * @param outputs the folder that it writes to
     */
    List<String> arguments(Path inputs, Path outputs, boolean resume) {
        List<String> all = new ArrayList<>();
        for (String argument : arguments.split(" ", -1)) {
            all.add(argument.replaceAll("^IN/", inputs + "/").replaceAll("^OUT/", outputs + "/"));
        }
        if (resume) {
            all.add("--resume");
        }
        all.add("--quiet");
        return all;
    }
}
