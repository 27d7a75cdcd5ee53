package dev.lancet.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResumableFolderTest {

    @TempDir
    Path parent;

    private Path target = Path.of("");
    private Path temporary = Path.of("");

    @BeforeEach
    void name() {
        target = parent.resolve("out");
        temporary = parent.resolve(".out.resumable");
    }

    /** Leaves what a killed process leaves. */
    private void killed(String work, String... lines) {
        ResumableFolder folder = ResumableFolder.open(target, work);
        folder.resultFolder().text("data", "half");
        for (String line : lines) {
            folder.journal().add(line);
        }
        folder.keep();
        folder.close();
    }

    private List<String> lines() {
        try (ResumableFolder folder = ResumableFolder.open(target, "work")) {
            folder.keep();
            return folder.journal().lines();
        }
    }

    @Test
    void what_a_killed_process_left_is_there_for_the_next() throws IOException {
        killed("work", "one", "two");
        assertThat(target).doesNotExist();
        try (ResumableFolder folder = ResumableFolder.open(target, "work")) {
            assertThat(folder.journal().lines()).containsExactly("one", "two");
            assertThat(folder.result().resolve("data")).hasContent("half");
            folder.journal().add("three");
            folder.resultFolder().text("data", "whole");
            AtomicFile.replace(folder.path("more"), "what only the work needs");
            folder.finish();
        }
        try (var files = Files.list(target)) {
            assertThat(files).containsExactly(target.resolve("data"));
        }
        assertThat(target.resolve("data")).hasContent("whole");
        assertThat(temporary).doesNotExist();
    }

    @Test
    void a_line_that_was_cut_off_does_not_count() throws IOException {
        killed("work", "one");
        Files.writeString(temporary.resolve("journal"), "two, but not to its e", StandardOpenOption.APPEND);
        try (ResumableFolder folder = ResumableFolder.open(target, "work")) {
            assertThat(folder.journal().lines()).containsExactly("one");
            folder.journal().add("again");
            folder.keep();
        }
        assertThat(lines()).containsExactly("one", "again");
    }

    @Test
    void a_line_that_has_changed_does_not_count_and_neither_do_those_after_it() throws IOException {
        killed("work", "one", "two", "three");
        Path journal = temporary.resolve("journal");
        Files.writeString(journal, Files.readString(journal).replace("two", "twp"));
        assertThat(lines()).containsExactly("one");
    }

    @Test
    void lines_that_turn_out_wrong_can_be_removed() {
        killed("work", "one", "zwölf", "three");
        try (ResumableFolder folder = ResumableFolder.open(target, "work")) {
            folder.journal().keepFirst(2);
            folder.journal().add("four");
            folder.keep();
        }
        assertThat(lines()).containsExactly("one", "zwölf", "four");
    }

    @Test
    void a_result_that_is_one_file_is_moved_alone() {
        try (ResumableFolder folder = ResumableFolder.open(target, "work")) {
            AtomicFile.replace(folder.emptyResult(), "whole");
            folder.finish();
        }
        assertThat(target).hasContent("whole");
        assertThat(temporary).doesNotExist();
    }

    @Test
    void who_died_after_the_result_was_moved_leaves_nothing_to_continue() throws IOException {
        killed("work", "one");
        Files.move(temporary.resolve("result/out"), target);
        assertThatThrownBy(() -> ResumableFolder.requireFree(target))
                .isInstanceOf(LancetException.class)
                .hasMessage(target + ": exists already; choose another path or remove it first");
        assertThat(temporary).doesNotExist();
        assertThat(target.resolve("data")).hasContent("half");
    }

    @Test
    void what_lies_beside_a_damaged_first_line_is_not_trusted() throws IOException {
        killed("work", "one");
        Path journal = temporary.resolve("journal");
        Files.writeString(journal, Files.readString(journal).replace("work", "wirk"));
        try (ResumableFolder folder = ResumableFolder.open(target, "work")) {
            assertThat(folder.journal().lines()).isEmpty();
            assertThat(folder.result()).doesNotExist();
        }
    }

    @Test
    void a_target_that_somebody_else_put_there_leaves_the_work() {
        killed("work", "one");
        AtomicFile.replace(target, "of somebody else");
        assertThatThrownBy(() -> ResumableFolder.requireFree(target)).isInstanceOf(LancetException.class);
        assertThat(temporary.resolve("journal")).exists();
        assertThat(temporary.resolve("result/out/data")).exists();
    }

    @Test
    void a_process_that_died_before_the_first_line_left_nothing_to_continue() throws IOException {
        Files.createDirectory(temporary);
        Files.writeString(temporary.resolve("journal"), "wor");
        try (ResumableFolder folder = ResumableFolder.open(target, "work")) {
            assertThat(folder.journal().lines()).isEmpty();
        }
    }

    @Test
    void other_work_is_refused_and_stays() {
        killed("work", "one");
        assertThatThrownBy(() -> ResumableFolder.open(target, "other work"))
                .isInstanceOf(LancetException.class)
                .hasMessage(target
                        + ": what is there was written from another input, by other options or by another version;"
                        + " remove " + temporary + " to start anew");
        assertThat(lines()).containsExactly("one");
    }

    @Test
    void two_cannot_write_at_a_time() {
        try (ResumableFolder first = ResumableFolder.open(target, "work")) {
            assertThatThrownBy(() -> ResumableFolder.open(target, "work"))
                    .isInstanceOf(LancetException.class)
                    .hasMessage("output in use: " + target
                            + " by this process; wait until it ends, or choose another output");
            assertThat(first.path("journal")).exists();
        }
        assertThat(temporary).doesNotExist();
    }

    @Test
    void who_does_not_want_to_continue_learns_what_is_there() {
        assertThatCode(() -> ResumableFolder.requireNone(target, "add --resume"))
                .doesNotThrowAnyException();
        killed("work");
        assertThatThrownBy(() -> ResumableFolder.requireNone(target, "add --resume"))
                .isInstanceOf(LancetException.class)
                .hasMessage(target + ": was begun and not finished; add --resume to continue, or remove " + temporary
                        + " to start anew");
    }
}
