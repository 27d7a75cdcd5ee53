package dev.lancet.dsl.recipe;

/** Writes a training as code: the settings that differ from the defaults, and always the seed. */
final class TrainingText {

    private final Training training;

    TrainingText(Training training) {
        this.training = training;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        Training usual = optimizer(text);
        Schedule schedule = training.schedule();
        if (!schedule.plain()) {
            text.append(".schedule(").append(schedule).append(')');
        }
        training.groups().forEach(text::append);
        if (training.batch() != usual.batch()) {
            text.append(".batch(").append(training.batch()).append(')');
        }
        training.sequence()
                .ifPresent(tokens -> text.append(".sequence(").append(tokens).append(')'));
        if (training.updates().warmup() != usual.updates().warmup()) {
            text.append(".warmup(").append(training.updates().warmup()).append(')');
        }
        if (schedule.plain() && schedule.floor() != usual.schedule().floor()) {
            text.append(".floor(").append(schedule.floor()).append(')');
        }
        if (training.updates().clip() != usual.updates().clip()) {
            text.append(".clip(").append(training.updates().clip()).append(')');
        }
        training.guidance().ifPresent(text::append);
        text.append(training.validation()).append(training.execution());
        return text.append(".seed(").append(training.seed()).append(')').toString();
    }

    /** Writes the optimizer, and returns the usual training with it. */
    private Training optimizer(StringBuilder text) {
        Optimizer optimizer = training.optimizer();
        int steps = training.steps();
        boolean muon = optimizer instanceof Optimizer.Muon;
        double rate = optimizer.adam().rate();
        Training usual =
                muon ? Training.muon(steps, optimizer.rate()).adam(rate) : Training.adamW(steps, optimizer.rate());
        text.append(muon ? "muon(" : "adamW(")
                .append(steps)
                .append(", ")
                .append(optimizer.rate())
                .append(')');
        if (optimizer instanceof Optimizer.AdamW adam && adam.eightBit()) {
            usual = usual.eightBitMoments();
            text.append(".eightBitMoments()");
        }
        double decay = optimizer.weightDecay();
        if (!usual.weightDecay(decay).optimizer().equals(optimizer)) {
            text.append(".optimizer(").append(optimizer).append(')');
            return usual;
        }
        if (muon && !Training.muon(steps, optimizer.rate()).equals(usual)) {
            text.append(".adam(").append(rate).append(')');
        }
        if (decay != usual.optimizer().weightDecay()) {
            text.append(".weightDecay(").append(decay).append(')');
        }
        return usual;
    }
}
