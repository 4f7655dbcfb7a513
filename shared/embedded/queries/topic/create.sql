INSERT INTO topics (channel) VALUES (?1) ON CONFLICT (channel) DO NOTHING
