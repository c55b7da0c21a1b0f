using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace SmartCourtyard.Gateway.Devices.Modbus;

/// <summary>
/// A thread for calls that block, so that a bus with a dead slave costs no thread of anybody else. One call at a time; a call
/// whose caller has gone is finished all the same.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The thread outlives whoever ends it, and the queue holds nothing but memory.")]
internal sealed class BusThread
{
    // One that runs, and the last one that closes the line.
    private readonly BlockingCollection<Action> _calls = new(2);

    public BusThread(string name)
    {
        new Thread(Run) { Name = name, IsBackground = true }.Start();
    }

    public async Task<T> RunAsync<T>(Func<T> call, CancellationToken stop)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls.Add(() => Complete(done, call), CancellationToken.None);
        return await done.Task.WaitAsync(stop).ConfigureAwait(false);
    }

    /// <summary>Nothing is taken any more; <paramref name="last"/> runs after what is running now, and nobody waits for it.</summary>
    public void End(Action last)
    {
        _calls.Add(last, CancellationToken.None);
        _calls.CompleteAdding();
    }

    private static void Complete<T>(TaskCompletionSource<T> done, Func<T> call)
    {
        try
        {
            done.TrySetResult(call());
        }
        catch (Exception e)
        {
            // Belongs to whoever asked, not to this thread.
            done.TrySetException(e);
        }
    }

    private void Run()
    {
        foreach (var call in _calls.GetConsumingEnumerable())
        {
            call();
        }
    }
}
