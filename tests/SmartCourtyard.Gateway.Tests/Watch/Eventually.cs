namespace SmartCourtyard.Gateway.Tests.Watch;

/// <summary>Waits for what must come, with a deadline.</summary>
internal static class Eventually
{
    public static async Task Holds(Func<bool> condition, string what, double seconds = 20)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start).TotalSeconds < seconds, $"after {seconds} s not yet true: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(3), TimeProvider.System);
        }
    }

    /// <summary>The same for what has to be asked of somebody.</summary>
    public static async Task Holds(Func<Task<bool>> condition, string what, double seconds = 20)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start).TotalSeconds < seconds, $"after {seconds} s not yet true: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    /// <summary>Lets a test clock run until something is true.</summary>
    public static Task Holds(TestClock clock, double step, Func<bool> condition, string what) => Holds(
        () =>
        {
            if (condition())
            {
                return true;
            }

            clock.Advance(step);
            return false;
        },
        what);
}
