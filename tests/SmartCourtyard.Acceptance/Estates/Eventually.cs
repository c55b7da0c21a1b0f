namespace SmartCourtyard.Acceptance.Estates;

/// <summary>Waits for what must become true, and says what was missing when it does not.</summary>
internal static class Eventually
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(25);

    public static async Task<T> GetAsync<T>(Func<Task<T?>> look, TimeSpan within, Func<string> otherwise)
        where T : class
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await look() is { } found)
            {
                return found;
            }

            if (TimeProvider.System.GetElapsedTime(start) > within)
            {
                throw new TimeoutException($"not within {within.TotalSeconds} s: {otherwise()}");
            }

            await Task.Delay(LookEvery, TimeProvider.System);
        }
    }

    public static Task TrueAsync(Func<Task<bool>> look, TimeSpan within, Func<string> otherwise)
        => GetAsync(async () => await look() ? "" : null, within, otherwise);

    public static Task TrueAsync(Func<bool> look, TimeSpan within, Func<string> otherwise)
        => TrueAsync(() => Task.FromResult(look()), within, otherwise);
}
