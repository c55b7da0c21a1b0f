namespace SmartCourtyard.Gateway.Site;

/// <summary>Guesses what somebody meant to write.</summary>
internal static class Spelling
{
    /// <summary>" (did you mean 'x'?)" for the nearest of the allowed words, or nothing where none is near.</summary>
    public static string DidYouMean(string written, IEnumerable<string> allowed)
    {
        string? best = null;
        int bestDistance = Math.Max(1, written.Length / 3) + 1;
        foreach (string word in allowed)
        {
            int distance = Distance(written, word);
            if (distance < bestDistance)
            {
                (best, bestDistance) = (word, distance);
            }
        }
        return best is null ? "" : $" (did you mean '{best}'?)";
    }

    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 8 || a.Length > 64)
        {
            return int.MaxValue;
        }
        Span<int> row = stackalloc int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int change = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + change));
            }
        }
        return row[^1];
    }
}
