package dev.lancet.runtime.train;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.cluster.WorkerGroup;

/**
 * The rows of every batch that a worker computes: the first worker has the first ones.
 *
 * @param worker the worker, counted from 0
 * @param workers how many there are
 */
public record BatchShard(int worker, int workers) {

    /** The share of this worker. */
    static BatchShard of(WorkerGroup group) {
        return new BatchShard(group.index(), group.size());
    }

    /** All rows. */
    static BatchShard whole() {
        return new BatchShard(0, 1);
    }

    /**
     * The number of rows.
     *
     * @param batch rows of the batch
     * @throws LancetException if they cannot be shared equally
     */
    public int rows(int batch) {
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

    /**
     * Checks that a model can be trained in parts.
     *
     * @throws LancetException if its adapters have dropout: all workers would lose the same inputs, because they draw
     *     from the same seed, where one worker loses other inputs in every row
     */
    void require(TrainingForm form) {
        if (workers > 1 && form.drops()) {
            throw new LancetException("dropout: the adapters would lose the same inputs at all " + workers
                    + " workers; train with one worker, or leave dropout out");
        }
    }
}
