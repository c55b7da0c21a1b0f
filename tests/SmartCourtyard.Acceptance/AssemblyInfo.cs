// Each of these starts a whole estate on two cores: one after the other keeps times meaningful.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
