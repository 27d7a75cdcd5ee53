package dev.lancet.tests.fuzz;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.corpus;
import static dev.lancet.Lancet.everything;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.preset;
import static dev.lancet.Lancet.recipe;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.io.Progress;
import dev.lancet.runtime.json.LanguageJson;
import dev.lancet.runtime.text.source.Documents;
import dev.lancet.runtime.train.log.Metrics;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Files of text: recipes, plans, corpora, logs. */
final class TextFiles {

    private static final Damage JSON =
            ((Damage) Damage::blind).or(new JsonDamage().or(new JsonDamage())).often();
    private static final String LINES =
            "{\"text\": \"The Committee decided.\", \"id\": 1}\n{\"text\": \"0.25 percent\"}\n";
    private static final String ROWS = "id,text\n1,\"The Committee, decided\"\n2,percent\n3,\"a \"\"word\"\"\"\n";

    private TextFiles() {}

    static List<Sample> recipes(Path scratch) throws IOException {
        Corpus minutes = corpus("minutes.txt").bytes().holdOut(0.05);
        Recipe whole = recipe("small")
                .candidate("dense", preset("gpt2-127m"))
                .candidate(
                        "int8",
                        preset("gpt2-127m"),
                        Compression.keepAll().on(everything()).quantize(int8()))
                .pretrain(minutes, adamW(400, 1e-3).seed(42))
                .evaluate(minutes.heldOut())
                .sample("The Committee", 60)
                .report("target/small");
        return List.of(json(LanguageJson.pretty(whole), scratch.resolve("recipe.json"), Recipe.class));
    }

    static List<Sample> plans(Path scratch) throws IOException {
        Plan plan = Plan.of(
                preset("gpt2-127m"), Compression.keepAll().on(everything()).quantize(int8()));
        return List.of(json(LanguageJson.pretty(plan), scratch.resolve("plan.json"), Plan.class));
    }

    private static Sample json(String text, Path file, Class<?> type) throws IOException {
        return Sample.alone(text.getBytes(StandardCharsets.UTF_8), JSON, file, path -> {
            Object read = LanguageJson.read(path, type);
            return () -> {
                Sample.print(read);
                LanguageJson.compact(read);
            };
        });
    }

    static List<Sample> corpora(Path scratch) throws IOException {
        byte[] lines = LINES.getBytes(StandardCharsets.UTF_8);
        byte[] rows = ROWS.getBytes(StandardCharsets.UTF_8);
        byte[] archive = archive(lines, rows);
        Damage packed = (whole, random) -> gzip(JSON.of(unzipped(whole), random));
        Damage tar = (whole, random) -> gzip(((Damage) Damage::blind).often().of(unzipped(whole), random));
        return List.of(
                Sample.alone(lines, JSON, scratch.resolve("a.jsonl"), TextFiles::documents),
                Sample.alone(rows, JSON, scratch.resolve("a.csv"), TextFiles::documents),
                Sample.alone(archive, ((Damage) Damage::blind).often(), scratch.resolve("a.tar"), TextFiles::documents),
                Sample.alone(
                        gzip(lines), packed.or(Damage::blind), scratch.resolve("a.jsonl.gz"), TextFiles::documents),
                Sample.alone(gzip(archive), tar.or(Damage::blind), scratch.resolve("a.tgz"), TextFiles::documents));
    }

    private static Runnable documents(Path file) {
        Documents.of(List.of(file), Optional.of("text"))
                .each("read", Progress.silent(), document -> Sample.print(document));
        return () -> {};
    }

    static List<Sample> metrics(Path scratch) throws IOException {
        String lines = """
                {"step":1,"loss":5.5,"tokens":512,"milliseconds":0.5,"rate":0.001,"gradient_norm":1.5,"gpu_utilization":50,"gpu_memory":1024}
                {"step":2,"loss":5.25,"tokens":1024,"milliseconds":1.0,"rate":0.001,"allocator_peak":4096,"allocator_variables":1024,"allocator_temporaries":1,"loss_scale":32768,"skipped":0}
                {"step":2,"validation_loss":5.0,"perplexity":148.4}
                """;
        return List.of(Sample.alone(
                lines.getBytes(StandardCharsets.UTF_8), JSON, scratch.resolve("metrics.jsonl"), TextFiles::log));
    }

    private static Runnable log(Path file) {
        try {
            for (String line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n", -1)) {
                Metrics.step(line);
                Metrics.point(line);
                Metrics.validation(line);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return () -> {};
    }

    private static byte[] archive(byte[] lines, byte[] rows) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            for (String name : List.of("one.jsonl", "folder/two.csv", "../three.txt")) {
                byte[] content = name.endsWith("csv") ? rows : lines;
                TarArchiveEntry entry = new TarArchiveEntry(name, true);
                entry.setSize(content.length);
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] gzip(byte[] content) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(content);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return packed.toByteArray();
    }

    private static byte[] unzipped(byte[] packed) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            return in.readAllBytes();
        } catch (IOException damagedBefore) {
            return packed;
        }
    }
}
