package dev.lancet.runtime.train;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.cluster.WorkerGroup;

/**
 * The rows of every batch that a worker computes: the first worker has the first ones.
 *
 * @param worker the worker, counted from 0
 * @param workers how many there are
 */
public record BatchShare(int worker, int workers) {

    /** The share of this worker. */
    static BatchShare of(WorkerGroup group) {
        return new BatchShare(group.index(), group.size());
    }

    /** All rows. */
    static BatchShare whole() {
        return new BatchShare(0, 1);
    }

    /**
     * The number of rows.
     *
     * @param batch rows of the batch
     * @throws LancetException if they cannot be shared equally
     */
    int rows(int batch) {
        if (batch % workers != 0) {
            throw new LancetException("batch: " + batch + " sequences cannot be shared by " + workers
                    + " workers; choose a batch that the number of workers divides");
        }
        return batch / workers;
    }

    /** The first row, counted from 0. */
    int first(int batch) {
        return worker * rows(batch);
    }
}
