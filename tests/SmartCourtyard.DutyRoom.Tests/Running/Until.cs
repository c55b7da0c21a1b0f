namespace SmartCourtyard.DutyRoom.Tests.Running;

/// <summary>Waits for what must come, and says what was there when it did not.</summary>
internal static class Until
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<T> Async<T>(Func<Task<T>> look, Func<T, bool> isRight)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var seen = await look();
            if (isRight(seen))
            {
                return seen;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, $"waited {Patience}; last seen: {seen}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }
}
