using System.Text;

namespace SmartCourtyard.Mqtt.Tests;

/// <summary>Tests that look at the whole process run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class Alone
{
    public const string Name = "alone";
}

[Collection(Alone.Name)]
public class MemoryTests
{
    [Fact]
    public void The_topic_cache_gives_the_same_string_and_stays_bounded()
    {
        TopicCache cache = new();
        cache.Find("flat/301"u8, out string first);
        cache.Find("flat/301"u8, out string second);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < 200_000; i++)
        {
            cache.Find(Encoding.UTF8.GetBytes($"noise/{i}"), out _);
        }

        Assert.Same(first, second);
        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(cache);
        Assert.True(grown < 16 << 20, $"grew by {grown} bytes");
    }
}
