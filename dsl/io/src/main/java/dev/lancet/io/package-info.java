/**
 * Files and folders that survive a kill and a power cut, checksums, one-line errors of the file system, and progress.
 *
 * <p>Only this package writes files. Everything that Lancet writes is written in one of four ways:
 *
 * <ul>
 *   <li>{@link dev.lancet.io.AtomicFile} and {@link dev.lancet.io.AtomicFolder}, for results: written under a temporary
 *       name beside the target, flushed to the disk, renamed in one step, and the folder's names flushed. The target is
 *       there completely or not at all. Reports, recipes and {@code metrics.jsonl} at the start of a training replace an
 *       older file in the same way.
 *   <li>{@link dev.lancet.io.ResumableFolder} with a {@link dev.lancet.io.Journal}, for results of long work: a line of
 *       the journal is on the disk only after the work that it names, and has a checksum.
 *   <li>{@link dev.lancet.io.AppendedFile}, for {@code metrics.jsonl} and curves: each record is handed to the system at
 *       once, so that a killed process loses none, and flushed to the disk before the state that follows it. A record that
 *       is cut off does not count, and is removed when the training resumes.
 *   <li>{@link dev.lancet.io.TemporaryFolder}, for what no later process needs.
 * </ul>
 *
 * <p>An {@link dev.lancet.io.OutputLock} keeps two writers of one target apart. Temporary names of dead processes are
 * removed by the next writer in the same folder.
 */
@NullMarked
package dev.lancet.io;

import org.jspecify.annotations.NullMarked;
