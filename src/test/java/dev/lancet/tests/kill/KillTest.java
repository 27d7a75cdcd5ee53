package dev.lancet.tests.kill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A slice of what {@code src/test/kill} does. */
class KillTest {

    @TempDir
    Path folder;

    @Test
    void killed_commands_leave_nothing_half_and_end_with_the_same_outputs() throws IOException, InterruptedException {
        KillTrials trials = new KillTrials(folder, 7);
        for (WritingCommand command : List.of(WritingCommand.TOKENIZER, WritingCommand.CORPUS, WritingCommand.FROZEN)) {
            assertThat(trials.run(command).faults()).as(command.word()).isEmpty();
        }
    }
}
