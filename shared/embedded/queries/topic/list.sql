SELECT channel FROM topics ORDER BY channel
