package dev.lancet.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
        folder.folder().text("data", "half");
        for (String line : lines) {
            folder.journal().add(line);
        }
        folder.journal().close();
        folder.folder().release();
    }

    @Test
    void what_a_killed_process_left_is_there_for_the_next() throws IOException {
        killed("work", "one", "two");
        assertThat(target).doesNotExist();
        try (ResumableFolder folder = ResumableFolder.open(target, "work")) {
            assertThat(folder.journal().lines()).containsExactly("one", "two");
            assertThat(folder.folder().partial("data")).hasContent("half");
            folder.journal().add("three");
            folder.folder().text("data", "whole");
            folder.journal().close();
            folder.folder().finish();
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
            assertThat(temporary.resolve("journal")).hasContent("work\none\nagain\n");
        }
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
        assertThat(temporary.resolve("journal")).hasContent("work\none\n");
    }

    @Test
    void two_cannot_write_at_a_time() {
        try (ResumableFolder first = ResumableFolder.open(target, "work")) {
            assertThatThrownBy(() -> ResumableFolder.open(target, "work"))
                    .isInstanceOf(LancetException.class)
                    .hasMessage("output in use: " + target
                            + " by this process; wait until it ends, or choose another output");
            assertThat(first.folder().partial("journal")).exists();
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
