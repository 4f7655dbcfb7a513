SELECT id FROM topics WHERE channel = ?1
