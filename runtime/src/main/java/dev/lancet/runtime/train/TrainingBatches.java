package dev.lancet.runtime.train;

/**
 * The batches of one training. A batch is a function of its number alone, so a resumed training continues with the next one.
 */
public interface TrainingBatches {

    /** The batch with this number, counted from 0 over all batches of all steps. */
    TrainingBatch at(long number);

    /** How many batches validate; 0 if too little is held out. */
    int validations();

    /** A batch that validates, counted from 0. */
    TrainingBatch validation(int number);

    /** Why there are no batches that validate, for people. */
    String tooLittleHeldOut();
}
