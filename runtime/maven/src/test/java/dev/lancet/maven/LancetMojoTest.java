package dev.lancet.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.maven.artifact.Artifact;
import org.apache.maven.artifact.DefaultArtifact;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugin.logging.SystemStreamLog;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The goals as Maven calls them, on a small model. */
class LancetMojoTest {

    private static final Path FIXTURE = Path.of("../../src/test/resources/fixtures/stories260K-hf");

    @TempDir
    private Path project;

    private final List<String> told = new ArrayList<>();

    @Test
    void a_build_writes_the_smaller_model_once_and_fails_when_its_weights_change() throws Exception {
        CompressMojo compress = ready(new CompressMojo());
        compress.execute();
        Path weights = compress.output.toPath().resolve("model.safetensors");
        FileTime first = Files.getLastModifiedTime(weights);
        assertThat(Files.size(weights)).isLessThan(Files.size(FIXTURE.resolve("model.safetensors")) / 3);

        compress.execute();
        assertThat(Files.getLastModifiedTime(weights)).isEqualTo(first);
        assertThat(told).anyMatch(line -> line.endsWith("is up to date"));

        VerifyMojo verify = ready(new VerifyMojo());
        verify.weights = true;
        verify.update = true;
        verify.execute();
        Path hashes = project.resolve("golden/model.plan.weights");
        assertThat(project.resolve("golden/model.plan")).content().startsWith("# lancet plan text 1\n");
        assertThat(hashes).content().matches("[0-9a-f]{64}  model.safetensors\n");

        verify.update = false;
        Files.writeString(hashes, "0".repeat(64) + "  model.safetensors\n");
        assertThatThrownBy(verify::execute)
                .isInstanceOf(MojoFailureException.class)
                .hasMessageContaining("golden: model.plan.weights differs")
                .hasMessageContaining("-Dgolden.update=true");
    }

    @Test
    @Tag("slow")
    void other_rules_make_the_model_anew() throws Exception {
        CompressMojo compress = ready(new CompressMojo());
        compress.execute();
        Path weights = compress.output.toPath().resolve("model.safetensors");
        long eight = Files.size(weights);

        compress.rules = "--on '*' --bits 4";
        compress.execute();
        assertThat(Files.size(weights)).isLessThan(eight);
    }

    @Test
    void a_moved_plan_fails_the_build_with_the_lines_that_moved() throws Exception {
        VerifyMojo verify = ready(new VerifyMojo());
        verify.model = "gpt2-127m";
        Path golden = Files.createDirectories(project.resolve("golden")).resolve("model.plan");
        verify.update = true;
        verify.execute();
        Files.writeString(
                golden, Files.readString(golden).replace("h.11.mlp.up = [768, 3072]", "h.11.mlp.up = [768, 3000]"));

        verify.update = false;
        assertThatThrownBy(verify::execute)
                .isInstanceOf(MojoFailureException.class)
                .hasMessageContaining("golden: model.plan differs from the actual text")
                .hasMessageContaining("-h.11.mlp.up = [768, 3000]")
                .hasMessageContaining("+h.11.mlp.up = [768, 3072]")
                .hasMessageNotContaining("h.10.mlp.up");
    }

    @Test
    void an_error_of_the_command_fails_the_build_in_its_words() throws Exception {
        PlanMojo plan = ready(new PlanMojo());
        plan.model = "gpt2-127m";
        plan.rules = "--on h.*.mlpp.* --bits 8";

        assertThatThrownBy(plan::execute)
                .isInstanceOf(MojoFailureException.class)
                .hasMessageContaining("h.*.mlpp.*");
    }

    @Test
    void what_somebody_else_wrote_at_the_output_is_left_alone() throws Exception {
        CompressMojo compress = ready(new CompressMojo());
        Path mine = Files.createDirectories(compress.output.toPath()).resolve("mine.txt");
        Files.writeString(mine, "keep");

        assertThatThrownBy(compress::execute).isInstanceOf(MojoFailureException.class);
        assertThat(mine).hasContent("keep");
    }

    @Test
    void options_are_split_as_a_shell_does_it() throws MojoExecutionException {
        assertThat(LancetMojo.words("--on 'h.*.mlp.*'  --calibrate \"my rows.npz\""))
                .containsExactly("--on", "h.*.mlp.*", "--calibrate", "my rows.npz");
        assertThat(LancetMojo.words("")).isEmpty();
        assertThatThrownBy(() -> LancetMojo.words("--on 'h")).hasMessageContaining("close the quotes");
    }

    @Test
    void a_goal_that_is_skipped_does_nothing() throws Exception {
        PlanMojo plan = ready(new PlanMojo());
        plan.model = "nowhere";
        plan.skip = true;

        plan.execute();
        assertThat(told).containsExactly("skipped");
    }

    private <M extends LancetMojo> M ready(M mojo) throws IOException {
        mojo.setLog(new SystemStreamLog() {
            @Override
            public void info(CharSequence line) {
                told.add(line.toString());
            }
        });
        mojo.model = FIXTURE.toRealPath().toString();
        mojo.rules = "--on '*' --bits 8";
        // Over before the second compiler has warmed up.
        mojo.javaOptions = "-XX:TieredStopAtLevel=1";
        mojo.basedir = project.toFile();
        mojo.output = project.resolve("target/lancet/model").toFile();
        mojo.artifacts = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(LancetMojoTest::artifact)
                .toList();
        if (mojo instanceof VerifyMojo verify) {
            verify.goldens = project.resolve("golden").toFile();
            verify.golden = "model.plan";
        }
        return mojo;
    }

    private static Artifact artifact(String file) {
        Artifact artifact = new DefaultArtifact("g", "a", "1", "runtime", "jar", "", null);
        artifact.setFile(new File(file));
        return artifact;
    }
}
